import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { colour, radius, size, space } from "../theme";
import { IconButton } from "./Button";
import { Icon } from "./Icon";
import { TONES } from "./Notice";

interface Toast {
  id: number;
  text: string;
  tone: "good" | "bad";
}

export interface Props {
  children: ReactNode;
}

type Tell = (text: string, tone?: Toast["tone"]) => void;
const ToastContext = createContext<Tell>(() => {});
const SHOWN_MS = 6_000;
let lastId = 0;

/** Says what a click has done: `const tell = useTell(); tell("API key revoked.")`. */
export function useTell(): Tell {
  return useContext(ToastContext);
}

export function Toasts({ children }: Props) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const remove = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const tell = useCallback<Tell>(
    (text, tone = "good") => {
      lastId += 1;
      const id = lastId;
      setToasts((all) => [...all.slice(-2), { id, text, tone }]);
      // What failed stays until it is read.
      if (tone === "good") setTimeout(() => remove(id), SHOWN_MS);
    },
    [remove],
  );
  const value = useMemo(() => tell, [tell]);
  const layer = useRef<HTMLDivElement>(null);
  // An open dialog lies above everything but what was put above it later: so the layer is put up anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is something new to say
  useEffect(() => {
    layer.current?.hidePopover?.();
    layer.current?.showPopover?.();
  }, [toasts]);
  return (
    <ToastContext.Provider value={value}>
      {children}
      <div
        ref={layer}
        popover="manual"
        role="status"
        aria-live="polite"
        style={{
          position: "fixed",
          inset: `auto ${space.l}px ${space.l}px auto`,
          margin: 0,
          padding: 0,
          border: "none",
          background: "transparent",
          color: "inherit",
          overflow: "visible",
          display: toasts.length === 0 ? "none" : "grid",
          gap: space.s,
          maxWidth: "calc(100vw - 32px)",
        }}
      >
        {toasts.map((toast) => (
          <div
            key={toast.id}
            style={{
              display: "flex",
              alignItems: "center",
              gap: space.s,
              padding: `${space.s}px ${space.s}px ${space.s}px ${space.m}px`,
              borderRadius: radius.m,
              border: `1px solid ${colour.line}`,
              background: colour.surface,
              boxShadow: `0 6px 24px ${colour.shadow}`,
              fontSize: size.s,
              maxWidth: 420,
            }}
          >
            <span style={{ color: TONES[toast.tone].strong, display: "inline-flex" }}>
              <Icon name={toast.tone === "good" ? "check" : "warning"} />
            </span>
            <span style={{ flex: 1, minWidth: 0 }}>{toast.text}</span>
            <IconButton icon="cross" label="Dismiss" onClick={() => remove(toast.id)} />
          </div>
        ))}
      </div>
    </ToastContext.Provider>
  );
}
