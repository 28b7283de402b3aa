import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { ApiError } from "../api/client";
import { colour, radius, size, space, weight } from "../theme";
import { Button, IconButton } from "./Button";
import { TextField } from "./Field";
import { Notice } from "./Notice";

export interface Props {
  title: string;
  onClose(): void;
  children: ReactNode;
  /** px; never wider than the window */
  width?: number;
  /** At the right edge and as high as the window: for details of a row. */
  drawer?: boolean;
}

/**
 * A modal window: the browser's own <dialog>, which keeps the focus inside and gives it back. Escape closes it, and so
 * does a click beside it where nothing was typed.
 */
export function Dialog({ title, onClose, children, width = 520, drawer }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const latest = useRef(onClose);
  latest.current = onClose;
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const opener = document.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => {
      dialog.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      // It was in a row that is gone: on with the page, instead of from the window's beginning.
      else document.getElementById("main")?.focus({ preventScroll: true });
    };
  }, []);
  // What comes after a step has taken the place of the button that was pressed, and the focus with it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another title is another step
  useEffect(() => {
    if (ref.current?.open && !ref.current.contains(document.activeElement))
      ref.current.querySelector("section")?.focus();
  }, [title]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      className={drawer ? "slides-in" : undefined}
      onCancel={(event) => {
        // Of a window inside this one, or of a choice of files, it is not ours.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        latest.current();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget && drawer) latest.current();
      }}
      style={{
        width,
        maxWidth: drawer ? "100vw" : "calc(100vw - 32px)",
        maxHeight: drawer ? "100dvh" : "calc(100dvh - 32px)",
        padding: 0,
        border: drawer ? "none" : `1px solid ${colour.line}`,
        borderRadius: drawer ? 0 : radius.l,
        background: colour.surface,
        color: colour.text,
        boxShadow: `0 12px 48px ${colour.shadow}`,
        overflow: "hidden",
        ...(drawer ? { margin: "0 0 0 auto", height: "100dvh" } : {}),
      }}
    >
      <div
        style={{ display: "flex", flexDirection: "column", maxHeight: "inherit", height: drawer ? "100%" : undefined }}
      >
        <div
          style={{
            display: "flex",
            alignItems: "center",
            justifyContent: "space-between",
            gap: space.l,
            padding: `${space.l}px ${space.l}px ${space.m}px ${space.xl}px`,
            borderBottom: `1px solid ${colour.line}`,
          }}
        >
          <h2 id={titleId} style={{ fontSize: size.l, fontWeight: weight.bold, minWidth: 0 }}>
            {title}
          </h2>
          <IconButton icon="cross" label="Close" onClick={onClose} />
        </div>
        <section tabIndex={0} aria-labelledby={titleId} style={{ padding: space.xl, overflowY: "auto", minHeight: 0 }}>
          {children}
        </section>
      </div>
    </dialog>
  );
}

export interface ConfirmDialogProps {
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The verb on the button: "Revoke", not "OK". */
  confirm: string;
  /** Has to be typed first, where nothing brings it back. */
  typed?: string;
  danger?: boolean;
  busy: boolean;
  error: ApiError | undefined;
  onConfirm(): void;
  onClose(): void;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, confirm, typed, danger = true, busy, error, onConfirm, onClose } = props;
  const [text, setText] = useState("");
  return (
    <Dialog title={title} onClose={onClose} width={440}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <div style={{ color: colour.textMuted }}>{children}</div>
        {typed !== undefined && <TextField label={`Type “${typed}” to confirm`} value={text} onChange={setText} />}
        {error && <Notice kind="bad">{error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={danger ? "danger" : "primary"}
            busy={busy}
            disabled={typed !== undefined && text !== typed}
          >
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
