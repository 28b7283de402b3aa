import type { ReactNode } from "react";
import { colour, size, space, weight } from "../theme";

export interface Props {
  id: string;
  title: string;
  lead?: string;
  /** On a darker ground, so that sections can be told apart. */
  sunken?: boolean;
  children: ReactNode;
}

/** The measure of the whole page, px */
export const PAGE_PX = 1120;

export function Section({ id, title, lead, sunken, children }: Props) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      style={{ background: sunken ? colour.sunken : undefined, scrollMarginTop: space.huge }}
    >
      <div
        style={{
          maxWidth: PAGE_PX,
          margin: "0 auto",
          padding: `clamp(48px, 8vw, 96px) ${space.xl}px`,
          display: "grid",
          gap: space.xxl,
        }}
      >
        <div style={{ maxWidth: 680, display: "grid", gap: space.m }}>
          <h2
            id={`${id}-title`}
            style={{ fontSize: size.xxl, fontWeight: weight.bold, letterSpacing: "-0.02em", lineHeight: 1.2 }}
          >
            {title}
          </h2>
          {lead && <p style={{ color: colour.textMuted, fontSize: size.l }}>{lead}</p>}
        </div>
        {children}
      </div>
    </section>
  );
}

export interface GridProps {
  /** px, of the narrowest column */
  min?: number;
  children: ReactNode;
}

export function Grid({ min = 280, children }: GridProps) {
  return (
    <div
      style={{
        display: "grid",
        gap: `${space.xxl}px ${space.xxl}px`,
        gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${min}px), 1fr))`,
      }}
    >
      {children}
    </div>
  );
}

export interface PointProps {
  title: string;
  children: ReactNode;
}

/** A heading and a few sentences. */
export function Point({ title, children }: PointProps) {
  return (
    <div style={{ display: "grid", gap: space.s, alignContent: "start" }}>
      <h3 style={{ fontSize: size.l, fontWeight: weight.bold }}>{title}</h3>
      <p style={{ color: colour.textMuted }}>{children}</p>
    </div>
  );
}
