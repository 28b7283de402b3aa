import type { ReactNode } from "react";
import { formatUsd } from "../../format/money";
import { formatDuration, formatShare } from "../../format/numbers";
import { colour, radius, size, space, weight } from "../../theme";
import { Badge } from "../Notice";
import { Sentence } from "./Sentence";
import { SkippedList, type SkippedRow } from "./SkippedList";
import { type KeyNames, keyNamer, nameOf } from "./words";

/** What an explained decision and a logged one have in common. The numbers are known of an explained one only. */
export interface CandidateRow {
  provider: string;
  provider_key_id: string | null;
  model: string;
  exact: boolean;
  reason: string;
  estimated_cost_nanousd: number | null;
  dropped: readonly string[];
  approximated: readonly string[];
  standby?: boolean;
  priority?: number;
  first_byte_ms?: number | null;
  error_rate?: number | null;
}

export interface Props {
  candidates: readonly CandidateRow[];
  skipped: readonly SkippedRow[];
  /** Whose number is emphasised; null: none */
  strategy: string | null;
  /** To tell several keys of a provider apart; else they are told apart by the ends of their ids. */
  keyNames?: KeyNames;
  /** What became of it, of a request that is over. */
  fate?(candidate: CandidateRow): ReactNode;
}

/** Who may answer, in the order in which they are asked, with the number that ordered them; and who may not. */
export function CandidateList({ candidates, skipped, strategy, keyNames, fate }: Props) {
  const keyName = keyNamer([...candidates, ...skipped], keyNames);
  return (
    <div style={{ display: "grid", gap: space.m }}>
      {candidates.length === 0 ? (
        <p style={{ color: colour.textMuted }}>No candidate.</p>
      ) : (
        <ol aria-label="Candidates in order" style={{ listStyle: "none", display: "grid" }}>
          {candidates.map((candidate, index) => (
            <Item
              key={`${candidate.provider_key_id} ${candidate.model}`}
              place={index + 1}
              candidate={candidate}
              strategy={strategy}
              keyName={keyName(candidate)}
              fate={fate?.(candidate)}
            />
          ))}
        </ol>
      )}
      {skipped.length > 0 && <SkippedList skipped={skipped} keyName={keyName} />}
    </div>
  );
}

interface ItemProps {
  place: number;
  candidate: CandidateRow;
  strategy: string | null;
  keyName: string | null;
  fate: ReactNode;
}

function Item({ place, candidate, strategy, keyName, fate }: ItemProps) {
  const facts = factsOf(candidate);
  // A logged decision has its deciding number in the sentence only.
  const saysItself = !facts.some((fact) => fact.decides === strategy);
  return (
    <li
      style={{
        display: "flex",
        flexWrap: "wrap",
        gap: `${space.xs}px ${space.m}px`,
        padding: `${space.s}px 0`,
        borderTop: place === 1 ? "none" : `1px solid ${colour.line}`,
      }}
    >
      <Place of={place} />
      <div style={{ flex: "1 1 200px", minWidth: 0 }}>
        <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
          <span style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>{nameOf(candidate)}</span>
          {keyName !== null && <span style={{ color: colour.textMuted, overflowWrap: "anywhere" }}>{keyName}</span>}
          <Badge tone={candidate.exact ? "neutral" : "warn"}>{candidate.exact ? "exact model" : "substitute"}</Badge>
          {candidate.standby && <Badge>standby</Badge>}
          {fate}
        </div>
        <p style={{ fontSize: size.s, ...(saysItself ? { fontWeight: weight.medium } : { color: colour.textMuted }) }}>
          <Sentence text={candidate.reason} />
        </p>
        <Losses dropped={candidate.dropped} approximated={candidate.approximated} />
      </div>
      <dl style={{ display: "flex", flexWrap: "wrap", gap: space.xs, alignItems: "flex-start" }}>
        {facts.map((fact) => (
          <Fact key={fact.name} name={fact.name} value={fact.value} decides={fact.decides === strategy} />
        ))}
      </dl>
    </li>
  );
}

function Place({ of }: { of: number }) {
  return (
    <span
      style={{
        display: "inline-grid",
        placeItems: "center",
        width: 22,
        height: 22,
        flexShrink: 0,
        borderRadius: radius.full,
        background: of === 1 ? colour.accent : colour.neutralSoft,
        color: of === 1 ? colour.onAccent : colour.text,
        fontSize: size.xs,
        fontWeight: weight.bold,
      }}
    >
      {of}
    </span>
  );
}

function Fact({ name, value, decides }: { name: string; value: string; decides: boolean }) {
  return (
    <div
      style={{
        minWidth: 100,
        padding: `1px ${space.s}px`,
        borderRadius: radius.s,
        background: decides ? colour.selected : "transparent",
      }}
    >
      <dt style={{ color: colour.textMuted, fontSize: size.xs }}>{name}</dt>
      <dd style={{ fontSize: size.s, fontWeight: decides ? weight.bold : weight.normal }}>{value}</dd>
    </div>
  );
}

function Losses({ dropped, approximated }: { dropped: readonly string[]; approximated: readonly string[] }) {
  const parts = [
    dropped.length > 0 && `left out: ${dropped.join(", ")}`,
    approximated.length > 0 && `not as it is: ${approximated.join(", ")}`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  return (
    <p style={{ fontSize: size.s, color: colour.textMuted, overflowWrap: "anywhere" }}>
      Of the request, {parts.join("; ")}.
    </p>
  );
}

/** `decides`: the strategy that orders by this number. */
function factsOf(candidate: CandidateRow): { name: string; value: string; decides: string }[] {
  const { first_byte_ms, error_rate, priority, estimated_cost_nanousd: cost } = candidate;
  const facts = [
    { name: "Would cost", value: cost === null ? "unpriced" : `≈ ${formatUsd(cost)}`, decides: "cheapest" },
  ];
  if (first_byte_ms !== undefined) {
    const value = first_byte_ms === null ? "not known" : formatDuration(first_byte_ms);
    facts.unshift({ name: "First byte", value, decides: "fastest" });
  }
  if (error_rate !== undefined) {
    const value = error_rate === null ? "not known" : formatShare(error_rate);
    facts.push({ name: "Errors", value, decides: "reliable" });
  }
  if (priority !== undefined) facts.push({ name: "Priority", value: String(priority), decides: "default" });
  return facts;
}
