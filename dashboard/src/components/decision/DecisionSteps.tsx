import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { formatDuration } from "../../format/numbers";
import { colour, radius, size, space, weight } from "../../theme";
import { Badge } from "../Notice";
import { Attempts } from "./Attempts";
import { CandidateList, type CandidateRow } from "./CandidateList";
import { Outcome } from "./Outcome";
import { Sentence } from "./Sentence";
import { StrategyName } from "./StrategyName";
import { summaryOf } from "./summary";
import { TokensAndCost } from "./TokensAndCost";
import { type KeyNames, keyNamer, meaningOfError, meaningOfStrategy, nameOf, reasonOfSubstitution } from "./words";

export interface Props {
  log: Schemas["LogDetail"];
  /** To tell several keys of a provider apart. */
  keyNames?: KeyNames;
}

/** Why a request went where it went: what was asked, what it means, who could answer, who was asked, what came of it. */
export function DecisionSteps({ log, keyNames }: Props) {
  const { decision } = log;
  const keyName = keyNamer([...(decision?.candidates ?? []), ...(decision?.skipped ?? [])], keyNames);
  return (
    <div style={{ display: "grid", gap: space.l }}>
      <p data-testid="decision-summary" style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>
        {summaryOf(log)}
      </p>
      <ol style={{ listStyle: "none" }}>
        <Step title="Asked for">
          <Asked log={log} />
        </Step>
        {decision?.strategy && (
          <Step title="Strategy">
            <StrategyName name={decision.strategy.name} source={decision.strategy.source} />
            <Explained>
              <Sentence text={`${decision.strategy.explanation} ${meaningOfStrategy(decision.strategy.name)}`} />
            </Explained>
          </Step>
        )}
        {decision && (decision.candidates.length > 0 || decision.skipped.length > 0) && (
          <Step title="Candidates">
            {decision.explored && <Explained>One with little recent data was put first, to learn about it.</Explained>}
            <CandidateList
              candidates={decision.candidates}
              skipped={decision.skipped}
              strategy={decision.strategy?.name ?? null}
              keyNames={keyNames}
              fate={(candidate) => <Fate of={candidate} log={log} />}
            />
          </Step>
        )}
        <Step title="Attempts">
          <Attempts log={log} keyName={keyName} />
          {decision && decision.steps.length > 0 && <Noted steps={decision.steps} />}
        </Step>
        <Step title="Result" isLast>
          <Result log={log} />
        </Step>
      </ol>
    </div>
  );
}

function Step({ title, isLast, children }: { title: string; isLast?: boolean; children: ReactNode }) {
  return (
    <li style={{ display: "grid", gridTemplateColumns: "16px minmax(0, 1fr)", columnGap: space.m }}>
      <span aria-hidden="true" style={{ display: "grid", gridTemplateRows: "auto 1fr", justifyItems: "center" }}>
        <span style={{ width: 9, height: 9, marginTop: 6, borderRadius: radius.full, background: colour.accent }} />
        {!isLast && <span style={{ width: 1, background: colour.line }} />}
      </span>
      <div style={{ paddingBottom: isLast ? 0 : space.l, minWidth: 0 }}>
        <h3 style={{ color: colour.textMuted, fontSize: size.s, fontWeight: weight.medium }}>{title}</h3>
        {children}
      </div>
    </li>
  );
}

function Explained({ children }: { children: ReactNode }) {
  return <p style={{ color: colour.textMuted, fontSize: size.s, overflowWrap: "anywhere" }}>{children}</p>;
}

function Asked({ log }: Pick<Props, "log">) {
  const resolution = log.decision?.resolution;
  if (!resolution) {
    return (
      <Explained>
        {log.requested_model === "" ? "No model was named." : `“${log.requested_model}”, and it came no further.`}
      </Explained>
    );
  }
  return (
    <>
      <p style={{ overflowWrap: "anywhere" }}>
        <code>{resolution.requested}</code>
        <span style={{ color: colour.textMuted }}> → </span>
        <code>
          {resolution.intent}/{resolution.tier}
        </code>
        {resolution.models.length > 0 && (
          <>
            <span style={{ color: colour.textMuted }}>, exactly </span>
            <code>{resolution.models.join(" or ")}</code>
          </>
        )}
      </p>
      <Explained>
        <Sentence text={resolution.explanation} />
        {resolution.exact_only && " No other model may answer."}
      </Explained>
    </>
  );
}

/** What became of a candidate: it answered, it failed, or it was not needed. */
function Fate({ of, log }: { of: CandidateRow; log: Schemas["LogDetail"] }) {
  const tries = log.attempts.filter(
    (attempt) => attempt.provider_key_id === of.provider_key_id && attempt.model === of.model,
  );
  if (tries.length === 0) return null;
  const answered = tries.some((attempt) => attempt.outcome === "ok");
  return <Badge tone={answered ? "good" : "bad"}>{answered ? "answered" : "failed"}</Badge>;
}

function Noted({ steps }: { steps: readonly string[] }) {
  return (
    <details style={{ marginTop: space.s }}>
      <summary style={{ color: colour.textMuted, fontSize: size.s }}>What was done, sentence by sentence</summary>
      <ol style={{ paddingLeft: space.xl, fontSize: size.s }}>
        {steps.map((step, index) => (
          <li key={index} style={{ overflowWrap: "anywhere" }}>
            <Sentence text={step} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Result({ log }: Pick<Props, "log">) {
  const substitution = reasonOfSubstitution(log.substituted);
  return (
    <div style={{ display: "grid", gap: space.s }}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
        <Outcome log={log} />
        {log.provider !== null && (
          <span style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>{nameOf(log)}</span>
        )}
        {log.error_code !== null && <code>{log.error_code}</code>}
        {log.fallback_used && <Badge tone="info">fallback</Badge>}
        {log.substituted !== "none" && <Badge tone="warn">substituted</Badge>}
        {log.partial && <Badge tone="warn">incomplete</Badge>}
        <span style={{ color: colour.textMuted, fontSize: size.s }}>
          {log.first_byte_ms !== null && `first byte after ${formatDuration(log.first_byte_ms)}, `}
          {formatDuration(log.duration_ms)} in all
        </span>
      </div>
      {log.error_code !== null && meaningOfError(log.error_code) !== null && (
        <Explained>{meaningOfError(log.error_code)}</Explained>
      )}
      {substitution && <Explained>{substitution}</Explained>}
      {log.provider !== null && <TokensAndCost log={log} />}
    </div>
  );
}
