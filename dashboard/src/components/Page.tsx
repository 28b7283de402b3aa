import { type CSSProperties, type ReactNode, useEffect, useId } from "react";
import { colour, radius, size, space, weight } from "../theme";

export interface Props {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** px; null = as wide as the window */
  maxWidth?: number | null;
  children: ReactNode;
}

/** The frame of every page: its title, what it is for, what can be done. */
export function Page({ title, description, actions, maxWidth = 1200, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Perpetuo`;
  }, [title]);
  return (
    <div
      style={{
        display: "grid",
        gap: space.xl,
        maxWidth: maxWidth ?? undefined,
        margin: "0 auto",
        width: "100%",
        minWidth: 0,
      }}
    >
      <header
        style={{
          display: "flex",
          flexWrap: "wrap",
          alignItems: "flex-start",
          justifyContent: "space-between",
          gap: space.m,
        }}
      >
        <div style={{ flex: "1 1 260px", minWidth: 0 }}>
          <h1 style={{ fontSize: size.xl, fontWeight: weight.bold, letterSpacing: "-0.01em" }}>{title}</h1>
          {description && <p style={{ color: colour.textMuted, maxWidth: 680 }}>{description}</p>}
        </div>
        {actions && (
          <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>{actions}</div>
        )}
      </header>
      {children}
    </div>
  );
}

export interface CardProps {
  title?: string;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Of the content: 0 for tables, which have their own. */
  padding?: number;
  style?: CSSProperties;
}

export function Card({ title, description, actions, children, padding = space.l, style }: CardProps) {
  const titleId = useId();
  return (
    <section
      aria-labelledby={title ? titleId : undefined}
      style={{
        border: `1px solid ${colour.line}`,
        borderRadius: radius.l,
        background: colour.surface,
        minWidth: 0,
        overflow: "hidden",
        ...style,
      }}
    >
      {title && (
        <div
          style={{
            display: "flex",
            flexWrap: "wrap",
            alignItems: "center",
            justifyContent: "space-between",
            gap: space.s,
            padding: `${space.m}px ${space.l}px 0`,
          }}
        >
          <div style={{ minWidth: 0 }}>
            <h2 id={titleId} style={{ fontSize: size.m, fontWeight: weight.bold }}>
              {title}
            </h2>
            {description && <p style={{ color: colour.textMuted, fontSize: size.s }}>{description}</p>}
          </div>
          {actions}
        </div>
      )}
      <div style={{ padding }}>{children}</div>
    </section>
  );
}

export interface FactsProps {
  facts: readonly { name: string; value: ReactNode }[];
}

/** Names and values, side by side. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl
      style={{
        display: "grid",
        gridTemplateColumns: "minmax(90px, max-content) 1fr",
        columnGap: space.l,
        rowGap: space.s,
      }}
    >
      {facts.map((fact) => (
        <div key={fact.name} style={{ display: "contents" }}>
          <dt style={{ color: colour.textMuted }}>{fact.name}</dt>
          <dd style={{ minWidth: 0, overflowWrap: "anywhere" }}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
