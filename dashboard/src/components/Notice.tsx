import type { ReactNode } from "react";
import { colour, radius, size, space } from "../theme";
import { Icon, type IconName } from "./Icon";

export type Tone = "good" | "warn" | "bad" | "info" | "neutral";

export interface Props {
  kind: Tone;
  children: ReactNode;
  action?: ReactNode;
}

/** A sentence that should be seen: what failed, what to do. Read aloud when it appears. */
export function Notice({ kind, children, action }: Props) {
  return (
    <div
      role={kind === "bad" ? "alert" : "status"}
      style={{
        display: "flex",
        alignItems: "center",
        flexWrap: "wrap",
        gap: space.s,
        padding: `${space.s}px ${space.m}px`,
        borderRadius: radius.m,
        fontSize: size.s,
        background: TONES[kind].soft,
        color: colour.text,
      }}
    >
      <span style={{ color: TONES[kind].strong, display: "inline-flex" }}>
        <Icon name={ICONS[kind]} />
      </span>
      <span style={{ flex: "1 1 180px", minWidth: 0 }}>{children}</span>
      {action}
    </div>
  );
}

export interface BadgeProps {
  tone?: Tone;
  children: ReactNode;
  title?: string;
}

/** A state in a word. Colour never says it alone. */
export function Badge({ tone = "neutral", children, title }: BadgeProps) {
  return (
    <span
      title={title}
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: 5,
        padding: "1px 8px",
        borderRadius: radius.full,
        fontSize: size.xs,
        whiteSpace: "nowrap",
        background: TONES[tone].soft,
        color: colour.text,
      }}
    >
      <span
        aria-hidden="true"
        style={{ width: 6, height: 6, borderRadius: 3, background: TONES[tone].strong, flexShrink: 0 }}
      />
      {children}
    </span>
  );
}

export const TONES: Record<Tone, { soft: string; strong: string }> = {
  good: { soft: colour.goodSoft, strong: colour.good },
  warn: { soft: colour.warnSoft, strong: colour.warn },
  bad: { soft: colour.badSoft, strong: colour.bad },
  info: { soft: colour.infoSoft, strong: colour.info },
  neutral: { soft: colour.neutralSoft, strong: colour.textMuted },
};

const ICONS: Record<Tone, IconName> = { good: "check", warn: "warning", bad: "warning", info: "info", neutral: "info" };
