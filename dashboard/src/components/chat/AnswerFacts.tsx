import { type ReactNode, useEffect, useState } from "react";
import { ApiError, api, isCancelled } from "../../api/client";
import type { Telling } from "../../api/gateway";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { formatCount, formatDuration, plural } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { Badge } from "../Notice";
import { Money } from "../Values";

export interface Props {
  telling: Telling;
  inputTokens: number | null;
  outputTokens: number | null;
  firstByteMs: number | null;
  durationMs: number | null;
  /** undefined: to be looked up; null: this model has no price */
  costNanousd: number | null | undefined;
  onCost(costNanousd: number | null): void;
  /** At the end of the line. */
  children?: ReactNode;
}

/** Below an answer: who gave it, how, and what it cost. */
export function AnswerFacts(props: Props) {
  const { telling, inputTokens, outputTokens, firstByteMs, durationMs, children } = props;
  return (
    <div
      data-testid="answer-facts"
      style={{
        display: "flex",
        flexWrap: "wrap",
        alignItems: "center",
        gap: `${space.xs}px ${space.m}px`,
        color: colour.textMuted,
        fontSize: size.s,
      }}
    >
      {telling.provider !== null && (
        <span style={{ overflowWrap: "anywhere" }}>
          <span style={{ color: colour.text }}>{telling.provider}</span> {telling.model}
        </span>
      )}
      {telling.strategy !== null && <span>by {telling.strategy}</span>}
      {telling.attempts !== null && telling.attempts > 1 && <span>{plural(telling.attempts, "attempt")}</span>}
      {telling.fallback && <Badge tone="info">fallback</Badge>}
      {telling.substituted !== null && telling.substituted !== "none" && (
        <Badge tone="warn" title="Another model of the same tier has answered than the one that was asked for">
          substituted
        </Badge>
      )}
      {inputTokens !== null && outputTokens !== null && (
        <span>
          {formatCount(inputTokens)} + {formatCount(outputTokens)} tokens
        </span>
      )}
      {telling.requestId !== "" && <Cost {...props} />}
      {durationMs !== null && (
        <span>
          {firstByteMs !== null && `first byte ${formatDuration(firstByteMs)}, `}
          {formatDuration(durationMs)} in all
        </span>
      )}
      {telling.dropped.length > 0 && (
        <span style={{ overflowWrap: "anywhere" }}>left out of the request: {telling.dropped.join(", ")}</span>
      )}
      {children}
      {telling.notice !== null && <span style={{ flexBasis: "100%" }}>{sentence(telling.notice)}</span>}
    </div>
  );
}

/** A request's row is written a moment after its answer. */
const EVERY_MS = 1_000;
const PATIENCE_MS = 20_000;

function Cost({ telling, costNanousd, onCost }: Props) {
  const path = useWorkspacePath();
  const { can } = useSession();
  const mayRead = can("logs:read");
  const [isUnknown, setUnknown] = useState(false);
  const { requestId } = telling;
  const isWanted = costNanousd === undefined && mayRead;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `onCost` is another function at every render
  useEffect(() => {
    if (!isWanted) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const untilMs = Date.now() + PATIENCE_MS;
    const ask = async () => {
      try {
        const { data } = await api.get("/workspaces/{workspace_id}/logs", {
          path,
          query: { request_id: requestId, limit: 1 },
          signal: abort.signal,
        });
        if (abort.signal.aborted) return;
        const [log] = data;
        if (log !== undefined) onCost(log.cost_nanousd);
        else if (Date.now() < untilMs) timer = setTimeout(ask, EVERY_MS);
        else setUnknown(true);
      } catch (failure) {
        if (!(failure instanceof ApiError) && !isCancelled(failure)) throw failure;
        if (!abort.signal.aborted) setUnknown(true);
      }
    };
    timer = setTimeout(ask, EVERY_MS);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, requestId, isWanted]);

  if (costNanousd !== undefined) return <Money nanousd={costNanousd} />;
  if (!mayRead) return null;
  return <span>{isUnknown ? "cost not in the log yet" : "cost …"}</span>;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
