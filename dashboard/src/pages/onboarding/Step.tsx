import { type ReactNode, useEffect, useRef } from "react";
import { Icon } from "../../components/Icon";
import { colour, radius, size, space, weight } from "../../theme";

export interface Props {
  number: number;
  title: string;
  state: "done" | "now" | "later";
  children: ReactNode;
}

const STATES: Record<Props["state"], string> = { done: "done", now: "now", later: "to come" };

/** One of the first steps: what there is to do, or what has been done. */
export function Step({ number, title, state, children }: Props) {
  const frame = useRef<HTMLLIElement>(null);
  const before = useRef(state);
  useEffect(() => {
    // The button that led here is gone, and the focus with it.
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (before.current === "later" && state === "now" && isLost) frame.current?.focus({ preventScroll: true });
    before.current = state;
  }, [state]);
  return (
    <li
      ref={frame}
      tabIndex={-1}
      aria-current={state === "now" ? "step" : undefined}
      style={{
        display: "grid",
        gridTemplateColumns: "28px minmax(0, 1fr)",
        columnGap: space.m,
        padding: space.l,
        border: `1px solid ${state === "now" ? colour.accent : colour.line}`,
        borderRadius: radius.l,
        background: colour.surface,
      }}
    >
      <span
        aria-hidden="true"
        style={{
          display: "inline-flex",
          alignItems: "center",
          justifyContent: "center",
          width: 26,
          height: 26,
          borderRadius: radius.full,
          fontSize: size.s,
          fontWeight: weight.bold,
          background: state === "done" ? colour.goodSoft : state === "now" ? colour.accent : colour.neutralSoft,
          color: state === "now" ? colour.onAccent : state === "done" ? colour.good : colour.text,
        }}
      >
        {state === "done" ? <Icon name="check" px={14} /> : number}
      </span>
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m }}>
        <h2 style={{ fontSize: size.m, fontWeight: weight.bold, minHeight: 26, display: "flex", alignItems: "center" }}>
          {title}
          <span className="visually-hidden">, {STATES[state]}</span>
        </h2>
        {children}
      </div>
    </li>
  );
}
