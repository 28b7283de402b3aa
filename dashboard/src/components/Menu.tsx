import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { colour, control, radius, size, space } from "../theme";
import { IconButton } from "./Button";

export interface MenuItem {
  name: string;
  onChoose(): void;
  disabled?: boolean;
  danger?: boolean;
}

export interface Props {
  /** What the menu is of: "Actions of OpenAI". */
  label: string;
  items: readonly MenuItem[];
}

const WIDTH_PX = 200;

/** What can be done with a row. The arrows go through it, Escape closes it. */
export function Menu({ label, items }: Props) {
  const [at, setAt] = useState<{ top: number; left: number }>();
  const opener = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const isOpen = at !== undefined;
  const close = (toOpener: boolean) => {
    setAt(undefined);
    if (toOpener) opener.current?.focus();
  };
  const height = items.length * control.height + 2 * space.xs;
  useEffect(() => {
    if (!isOpen) return;
    list.current?.querySelector<HTMLButtonElement>("button:not(:disabled)")?.focus({ preventScroll: true });
    // It stays at its button while what is under it moves.
    const follow = () => setAt(placeAt(opener.current, height));
    window.addEventListener("scroll", follow, { capture: true });
    window.addEventListener("resize", follow);
    return () => {
      window.removeEventListener("scroll", follow, { capture: true });
      window.removeEventListener("resize", follow);
    };
  }, [isOpen, height]);
  return (
    <>
      <IconButton
        ref={opener}
        icon="more"
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => (isOpen ? close(false) : setAt(placeAt(opener.current, height)))}
      />
      {isOpen && (
        <div
          ref={list}
          role="menu"
          aria-label={label}
          onKeyDown={(event) => onKeyDown(event, list.current, close)}
          onBlur={(event) => {
            const to = event.relatedTarget;
            if (!(to instanceof Node) || (!event.currentTarget.contains(to) && to !== opener.current)) close(false);
          }}
          style={{
            position: "fixed",
            ...at,
            zIndex: 40,
            width: WIDTH_PX,
            display: "grid",
            padding: space.xs,
            border: `1px solid ${colour.line}`,
            borderRadius: radius.m,
            background: colour.surface,
            boxShadow: `0 8px 28px ${colour.shadow}`,
            textAlign: "left",
          }}
        >
          {items.map((item) => (
            <button
              key={item.name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={item.disabled}
              className="hover-fill"
              onClick={() => {
                close(true);
                item.onChoose();
              }}
              style={{
                minHeight: control.height,
                padding: `0 ${space.m}px`,
                border: "none",
                borderRadius: radius.s,
                background: "transparent",
                color: item.danger ? colour.bad : colour.text,
                fontSize: size.m,
                textAlign: "left",
                cursor: "pointer",
                opacity: item.disabled ? 0.5 : 1,
              }}
            >
              {item.name}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Below the button, or above it where there is no room. */
function placeAt(opener: HTMLElement | null, height: number): { top: number; left: number } | undefined {
  const box = opener?.getBoundingClientRect();
  if (box === undefined) return undefined;
  const below = box.bottom + 4;
  const fits = below + height <= window.innerHeight;
  return { top: fits ? below : Math.max(4, box.top - height - 4), left: Math.max(4, box.right - WIDTH_PX) };
}

function onKeyDown(event: KeyboardEvent, list: HTMLElement | null, close: (toOpener: boolean) => void): void {
  const buttons = [...(list?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];
  const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const to: Record<string, number> = {
    ArrowDown: (now + 1) % buttons.length,
    ArrowUp: (now - 1 + buttons.length) % buttons.length,
    Home: 0,
    End: buttons.length - 1,
  };
  const next = to[event.key];
  if (event.key === "Escape") close(true);
  else if (event.key === "Tab") close(true);
  else if (next !== undefined) buttons[next]?.focus();
  else return;
  if (event.key !== "Tab") event.preventDefault();
}
