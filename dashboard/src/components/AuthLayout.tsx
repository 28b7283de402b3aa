import { type ReactNode, useEffect } from "react";
import icon from "../icon.svg";
import { colour, radius, size, space, weight } from "../theme";
import { ThemeSwitch } from "./ThemeSwitch";

export interface Props {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** Where else one may want to go. */
  footer?: ReactNode;
}

/** The frame of what is shown to whoever is not in a workspace: one thing to do, in the middle. */
export function AuthLayout({ title, description, children, footer }: Props) {
  useEffect(() => {
    document.title = `${title} · Perpetuo`;
  }, [title]);
  return (
    <div style={{ minHeight: "100dvh", display: "flex", flexDirection: "column" }}>
      <header
        style={{
          display: "flex",
          alignItems: "center",
          justifyContent: "space-between",
          gap: space.m,
          padding: `${space.m}px clamp(${space.l}px, 3vw, ${space.xxl}px)`,
        }}
      >
        <a
          href="/"
          style={{
            display: "inline-flex",
            alignItems: "center",
            gap: space.s,
            color: colour.text,
            textDecoration: "none",
            fontSize: size.l,
            fontWeight: weight.bold,
            letterSpacing: "-0.01em",
          }}
        >
          <img src={icon} alt="" width={24} height={24} />
          Perpetuo
        </a>
        <ThemeSwitch />
      </header>
      <main
        style={{
          flex: 1,
          display: "grid",
          gridTemplateColumns: "minmax(0, 440px)",
          justifyContent: "center",
          alignContent: "start",
          gap: space.l,
          padding: `clamp(${space.l}px, 9vh, 112px) ${space.l}px ${space.xxl}px`,
        }}
      >
        <section
          style={{
            display: "grid",
            gridTemplateColumns: "minmax(0, 1fr)",
            gap: space.xl,
            padding: `clamp(${space.l}px, 5vw, 32px)`,
            border: `1px solid ${colour.line}`,
            borderRadius: radius.l,
            background: colour.surface,
          }}
        >
          <div style={{ display: "grid", gap: space.xs }}>
            <h1 style={{ fontSize: size.xl, fontWeight: weight.bold, letterSpacing: "-0.01em" }}>{title}</h1>
            {description && <p style={{ color: colour.textMuted, overflowWrap: "anywhere" }}>{description}</p>}
          </div>
          {children}
        </section>
        {footer && <p style={{ textAlign: "center", color: colour.textMuted, fontSize: size.s }}>{footer}</p>}
      </main>
    </div>
  );
}
