import type { ReactNode } from "react";
import { buttonStyle } from "../components/Button";
import { Icon } from "../components/Icon";
import { colour, font, radius, size, space, weight } from "../theme";
import { PAGE_PX } from "./Section";

export function Hero() {
  return (
    <section aria-labelledby="hero-title" style={{ borderBottom: `1px solid ${colour.line}` }}>
      <div
        style={{
          maxWidth: PAGE_PX,
          margin: "0 auto",
          padding: `clamp(48px, 9vw, 112px) ${space.xl}px`,
          display: "grid",
          gap: `${space.xxl}px 64px`,
          alignItems: "center",
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 400px), 1fr))",
        }}
      >
        <div style={{ display: "grid", gap: space.xl }}>
          <h1
            id="hero-title"
            style={{
              fontSize: "clamp(2rem, 4.4vw, 3.25rem)",
              lineHeight: 1.08,
              letterSpacing: "-0.03em",
              fontWeight: weight.bold,
            }}
          >
            Ask for a model. Perpetuo decides who answers.
          </h1>
          <p style={{ fontSize: "1.125rem", color: colour.textMuted, maxWidth: 520 }}>
            One OpenAI-compatible endpoint and one key for each application. Behind it: your own provider keys, failover
            that works at night, a bill that is right to the cent, and every decision on record.
          </p>
          <div style={{ display: "flex", flexWrap: "wrap", gap: space.m }}>
            <a href="/app/" className="hover-accent" style={{ ...buttonStyle("primary"), minHeight: 42 }}>
              Open the dashboard
              <Icon name="arrowRight" />
            </a>
            <a href="/docs" className="hover-fill" style={{ ...buttonStyle("secondary"), minHeight: 42 }}>
              API reference
            </a>
          </div>
          <p style={{ color: colour.textMuted, fontSize: size.s }}>
            Open source, Apache-2.0. You host it; your keys stay with you.
          </p>
        </div>
        <ExampleDecision />
      </div>
    </section>
  );
}

const ATTEMPTS = [
  {
    provider: "anthropic",
    model: "claude-sonnet-4-6",
    from: 0,
    width: 34,
    note: "timed out: next candidate",
    bad: true,
  },
  { provider: "groq", model: "openai/gpt-oss-120b", from: 34, width: 22, note: "200 in 410 ms", bad: false },
];

/** What the dashboard shows of a request, as an example. */
function ExampleDecision() {
  return (
    <figure
      aria-label="An example of a decision"
      style={{
        border: `1px solid ${colour.line}`,
        borderRadius: radius.l,
        background: colour.surface,
        boxShadow: `0 16px 48px ${colour.shadow}`,
        overflow: "hidden",
      }}
    >
      <figcaption
        style={{
          padding: `${space.m}px ${space.l}px`,
          borderBottom: `1px solid ${colour.line}`,
          color: colour.textMuted,
          fontSize: size.s,
        }}
      >
        Example: why did this request go there?
      </figcaption>
      <ol style={{ listStyle: "none", display: "grid", gap: space.l, padding: space.l, fontSize: size.s }}>
        <Step name="Asked for">
          <code>model="gpt-4"</code> with <code>X-Perpetuo-Route: fastest</code>
        </Step>
        <Step name="Means">intent chat, tier default</Step>
        <Step name="Ordered">by time to first byte: anthropic, groq, openai</Step>
        <Step name="Attempts">
          <span style={{ display: "grid", gap: space.s }}>
            {ATTEMPTS.map((attempt) => (
              <span key={attempt.provider} style={{ display: "grid", gap: 3 }}>
                <span style={{ display: "flex", flexWrap: "wrap", gap: space.s, justifyContent: "space-between" }}>
                  <span style={{ fontFamily: font.mono, fontSize: size.xs }}>
                    {attempt.provider}/{attempt.model}
                  </span>
                  <span style={{ color: attempt.bad ? colour.bad : colour.good }}>{attempt.note}</span>
                </span>
                <span
                  aria-hidden="true"
                  style={{ height: 6, borderRadius: radius.s, background: colour.neutralSoft, display: "block" }}
                >
                  <span
                    style={{
                      display: "block",
                      height: "100%",
                      marginLeft: `${attempt.from}%`,
                      width: `${attempt.width}%`,
                      borderRadius: radius.s,
                      background: attempt.bad ? colour.bad : colour.accent,
                    }}
                  />
                </span>
              </span>
            ))}
          </span>
        </Step>
        <Step name="Answered">by groq, a substitute of the same tier; tokens and cost recorded</Step>
      </ol>
    </figure>
  );
}

interface StepProps {
  name: string;
  children: ReactNode;
}

function Step({ name, children }: StepProps) {
  return (
    <li style={{ display: "grid", gridTemplateColumns: "76px minmax(0, 1fr)", gap: space.m }}>
      <span style={{ color: colour.textMuted }}>{name}</span>
      <span style={{ minWidth: 0 }}>{children}</span>
    </li>
  );
}
