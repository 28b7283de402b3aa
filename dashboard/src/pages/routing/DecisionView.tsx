import type { ReactNode } from "react";
import { CandidateList } from "../../components/decision/CandidateList";
import { Sentence } from "../../components/decision/Sentence";
import { StrategyName } from "../../components/decision/StrategyName";
import { timeLeft } from "../../components/decision/words";
import { Badge, Notice, type Tone } from "../../components/Notice";
import { colour, radius, size, space, weight } from "../../theme";
import { type Decision, type Difference, differencesOf } from "./explainer";

export interface Props {
  decisions: readonly Decision[];
}

/** One decision, or one under each strategy side by side. */
export function DecisionView({ decisions }: Props) {
  const [first] = decisions;
  if (first === undefined) return null;
  if (decisions.length === 1) return <Single of={first} />;
  const sorted = defaultFirst(decisions);
  const differences = differencesOf(sorted);
  const isSame = differences.every((difference) => difference === "same");
  return (
    <div style={{ display: "grid", gap: space.l }}>
      <Resolved of={first} />
      <p style={{ fontWeight: weight.medium }}>
        {isSame
          ? "All four strategies ask the same candidates in the same order."
          : "The strategies differ. Marked is what each does otherwise than default."}
      </p>
      <ol
        aria-label="Strategies side by side"
        style={{
          listStyle: "none",
          display: "grid",
          gap: space.l,
          gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 260px), 1fr))",
        }}
      >
        {sorted.map((decision, index) => (
          <li key={decision.strategy?.name ?? index} style={{ minWidth: 0 }}>
            <Column of={decision} difference={differences[index] ?? "same"} />
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What the others are held against stands before them. */
function defaultFirst(decisions: readonly Decision[]): Decision[] {
  const isDefault = (decision: Decision) => decision.strategy?.name === "default";
  return [...decisions.filter(isDefault), ...decisions.filter((decision) => !isDefault(decision))];
}

function Single({ of: decision }: { of: Decision }) {
  return (
    <div style={{ display: "grid", gap: space.m }}>
      <Resolved of={decision} />
      {decision.strategy && (
        <Line name="Strategy">
          <StrategyName name={decision.strategy.name} source={decision.strategy.source} />
          <div style={{ color: colour.textMuted, fontSize: size.s }}>
            <Sentence text={decision.strategy.explanation} />
          </div>
        </Line>
      )}
      <p style={{ fontWeight: weight.medium }}>
        <Sentence text={decision.explanation} />
      </p>
      <Outcome of={decision} />
    </div>
  );
}

const DIFFERENCES: Record<Difference, { name: string; tone: Tone }> = {
  same: { name: "as default", tone: "neutral" },
  "other first": { name: "another one first", tone: "info" },
  "other order": { name: "another order", tone: "info" },
  "other candidates": { name: "other candidates", tone: "info" },
};

function Column({ of: decision, difference }: { of: Decision; difference: Difference }) {
  const { name, tone } = DIFFERENCES[difference];
  const strategy = decision.strategy?.name ?? "refused";
  return (
    <section
      aria-label={strategy}
      style={{
        display: "grid",
        gap: space.s,
        alignContent: "start",
        height: "100%",
        padding: space.m,
        borderRadius: radius.m,
        border: `1px solid ${difference === "same" ? colour.line : colour.accent}`,
      }}
    >
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
        <h3 style={{ fontSize: size.m, fontWeight: weight.bold }}>{strategy}</h3>
        {strategy !== "default" && <Badge tone={tone}>{name}</Badge>}
      </div>
      <Outcome of={decision} />
    </section>
  );
}

function Resolved({ of: decision }: { of: Decision }) {
  const resolved = decision.resolution;
  if (resolved === null) return null;
  return (
    <Line name="Asked for">
      <span style={{ display: "inline-flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
        <code style={{ overflowWrap: "anywhere" }}>{resolved.requested}</code>
        <Badge>{`${resolved.intent}, tier ${resolved.tier}`}</Badge>
        {!resolved.recognised && <Badge tone="warn">not known</Badge>}
        {resolved.exact_only && <Badge tone="info">this model only</Badge>}
      </span>
      <div style={{ color: colour.textMuted, fontSize: size.s, overflowWrap: "anywhere" }}>
        <Sentence text={resolved.explanation} />
      </div>
    </Line>
  );
}

function Outcome({ of: decision }: { of: Decision }) {
  const { refusal } = decision;
  return (
    <>
      {refusal && (
        <Notice kind="bad">
          <strong>
            {refusal.status} {refusal.code}
          </strong>
          {": "}
          <Sentence text={refusal.message} />
          {refusal.retry_after_s !== null && ` Refused ${timeLeft(refusal.retry_after_s)}.`}
        </Notice>
      )}
      {(refusal === null || decision.candidates.length > 0 || decision.skipped.length > 0) && (
        <CandidateList
          candidates={decision.candidates}
          skipped={decision.skipped}
          strategy={decision.strategy?.name ?? null}
        />
      )}
    </>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div style={{ display: "grid", gap: 2 }}>
      <span style={{ color: colour.textMuted, fontSize: size.xs }}>{name}</span>
      <div style={{ minWidth: 0 }}>{children}</div>
    </div>
  );
}
