import { Icon } from "../components/Icon";
import { colour, radius, size, space, weight } from "../theme";
import { Section } from "./Section";

const INCLUDED = [
  "Every feature, for any number of workspaces, members, keys and requests",
  "The dashboard, the API, the command line and the simulated providers",
  "Roles, audit log, sealed keys and operators' pages",
  "The source, under Apache-2.0",
];

const NOT_INCLUDED = [
  "What your providers charge: you pay them directly, with your own keys",
  "The machine it runs on",
];

export function Pricing() {
  return (
    <Section id="pricing" title="What it costs" lead="Nothing. You pay your providers, and the machine." sunken>
      <div
        style={{
          display: "grid",
          gap: space.xl,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))",
        }}
      >
        <div
          style={{
            border: `1px solid ${colour.line}`,
            borderRadius: radius.l,
            background: colour.surface,
            padding: space.xl,
            display: "grid",
            gap: space.l,
            alignContent: "start",
          }}
        >
          <h3 style={{ fontSize: size.l, fontWeight: weight.bold }}>Perpetuo</h3>
          <p style={{ fontSize: "2.5rem", fontWeight: weight.bold, letterSpacing: "-0.03em", lineHeight: 1 }}>$0</p>
          <List entries={INCLUDED} icon="check" />
        </div>
        <div style={{ padding: space.xl, display: "grid", gap: space.l, alignContent: "start" }}>
          <h3 style={{ fontSize: size.l, fontWeight: weight.bold }}>Not from us</h3>
          <List entries={NOT_INCLUDED} icon="arrowRight" />
          <p style={{ color: colour.textMuted }}>
            No markup on tokens, no seats, no account with us, and nothing that reports home.
          </p>
        </div>
      </div>
    </Section>
  );
}

interface ListProps {
  entries: readonly string[];
  icon: "check" | "arrowRight";
}

function List({ entries, icon }: ListProps) {
  return (
    <ul style={{ listStyle: "none", display: "grid", gap: space.m }}>
      {entries.map((entry) => (
        <li
          key={entry}
          style={{ display: "grid", gridTemplateColumns: "16px minmax(0, 1fr)", gap: space.m, alignItems: "start" }}
        >
          <span style={{ color: colour.accent, display: "inline-flex", marginTop: 3 }}>
            <Icon name={icon} />
          </span>
          {entry}
        </li>
      ))}
    </ul>
  );
}
