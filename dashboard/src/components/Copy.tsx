import { useEffect, useRef, useState } from "react";
import { colour, font, radius, size, space } from "../theme";
import { Button, IconButton } from "./Button";

export interface Props {
  text: string;
  /** What is copied: "key", "request id". */
  what: string;
  /** With words beside the icon */
  label?: string;
  kind?: "primary" | "secondary";
}

export function Copy({ text, what, label, kind = "secondary" }: Props) {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied("yes");
    } catch {
      setCopied("failed");
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied("no"), 2_000);
  };
  const done = copied === "yes" ? "Copied" : copied === "failed" ? "Not copied: select it yourself" : null;
  return (
    <>
      {label === undefined ? (
        <IconButton icon={copied === "yes" ? "check" : "copy"} label={done ?? `Copy ${what}`} onClick={copy} />
      ) : (
        <Button small kind={kind} icon={copied === "yes" ? "check" : "copy"} onClick={copy}>
          {done ?? label}
        </Button>
      )}
      <span role="status" className="visually-hidden">
        {done ?? ""}
      </span>
    </>
  );
}

export interface SecretOnceProps {
  secret: string;
  what: string;
}

/** What the server shows this once. */
export function SecretOnce({ secret, what }: SecretOnceProps) {
  return (
    <div style={{ display: "grid", gap: space.s }}>
      <code
        data-testid="secret"
        style={{
          padding: space.m,
          borderRadius: radius.m,
          background: colour.sunken,
          overflowWrap: "anywhere",
          userSelect: "all",
        }}
      >
        {secret}
      </code>
      <div>
        <Copy text={secret} what={what} label={`Copy ${what}`} kind="primary" />
      </div>
    </div>
  );
}

export interface CodeBlockProps {
  code: string;
  /** What it is, for those who do not see it. */
  label: string;
}

export function CodeBlock({ code, label }: CodeBlockProps) {
  return (
    <figure aria-label={label} style={{ position: "relative", minWidth: 0 }}>
      <pre
        tabIndex={0}
        style={{
          margin: 0,
          padding: `${space.m}px ${space.xxl}px ${space.m}px ${space.m}px`,
          border: `1px solid ${colour.line}`,
          borderRadius: radius.m,
          background: colour.surface,
          overflowX: "auto",
          fontFamily: font.mono,
          fontSize: size.s,
          lineHeight: 1.55,
        }}
      >
        {code}
      </pre>
      <span style={{ position: "absolute", top: 6, right: 6, borderRadius: radius.m, background: colour.surface }}>
        <Copy text={code} what={label} />
      </span>
    </figure>
  );
}
