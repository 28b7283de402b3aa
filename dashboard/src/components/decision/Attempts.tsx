import type { Schemas } from "../../api/client";
import { formatDuration } from "../../format/numbers";
import { colour, radius, size, space, weight } from "../../theme";
import { Badge, type Tone } from "../Notice";
import { ownTimeMs, type Span, spansOf } from "./timing";
import { type Attempt, nameOf, nameOfAttempt } from "./words";

export interface Props {
  log: Pick<Schemas["LogDetail"], "attempts" | "streaming" | "duration_ms">;
  keyName?(of: Attempt): string | null;
}

/** A waterfall that is a list: every bar is told in words beside it. */
export function Attempts({ log, keyName }: Props) {
  const { attempts } = log;
  if (attempts.length === 0) return <p style={{ color: colour.textMuted }}>No provider was asked.</p>;
  const { spans, wholeMs } = spansOf(log);
  return (
    <div style={{ display: "grid", gap: space.s }}>
      <ol aria-label="Attempts" style={{ listStyle: "none", display: "grid", gap: space.m }}>
        {attempts.map((attempt, index) => (
          <AttemptItem
            key={`${attempt.number} ${attempt.provider_key_id} ${attempt.model}`}
            attempt={attempt}
            keyName={keyName?.(attempt) ?? null}
            span={spans[index] as Span}
            wholeMs={wholeMs}
            isLast={index === attempts.length - 1}
          />
        ))}
      </ol>
      <p style={{ color: colour.textMuted, fontSize: size.xs }}>
        The whole request took {formatDuration(log.duration_ms)}; {formatDuration(ownTimeMs(spans, wholeMs))} of it were
        spent outside of attempts.
      </p>
    </div>
  );
}

interface ItemProps {
  attempt: Attempt;
  keyName: string | null;
  span: Span;
  wholeMs: number;
  isLast: boolean;
}

function AttemptItem({ attempt, keyName, span, wholeMs, isLast }: ItemProps) {
  const verdict = verdictOf(attempt, isLast);
  return (
    <li style={{ display: "grid", gap: space.xs }}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
        <span style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>
          {attempt.number || ""} {nameOf(attempt)}
        </span>
        {keyName !== null && <span style={{ color: colour.textMuted, overflowWrap: "anywhere" }}>{keyName}</span>}
        <Badge tone={toneOf(attempt)}>{nameOfAttempt(attempt)}</Badge>
        {verdict && <span style={{ color: colour.textMuted, fontSize: size.s }}>{verdict}</span>}
      </div>
      <Bar attempt={attempt} span={span} wholeMs={wholeMs} />
      <p style={{ color: colour.textMuted, fontSize: size.s }}>{timesOf(attempt, span)}</p>
      {attempt.message && (
        <p
          style={{
            padding: `${space.xs}px ${space.s}px`,
            borderLeft: `2px solid ${colour.line}`,
            fontSize: size.s,
            overflowWrap: "anywhere",
          }}
        >
          {attempt.message}
        </p>
      )}
      {attempt.possibly_billed && (
        <p style={{ color: colour.textMuted, fontSize: size.s }}>The provider may have charged for it.</p>
      )}
    </li>
  );
}

/** Of an answer the wait for its first byte is pale. */
function Bar({ attempt, span, wholeMs }: { attempt: Attempt; span: Span; wholeMs: number }) {
  const strong =
    attempt.outcome === "ok" ? colour.series1 : attempt.outcome === "cancelled" ? colour.series7 : colour.bad;
  const waitedMs = span.firstByteMs === null ? 0 : span.firstByteMs - span.startMs;
  const part = (ms: number) => `${Math.max(0, Math.min(100, (ms / wholeMs) * 100))}%`;
  return (
    <div
      aria-hidden="true"
      style={{
        position: "relative",
        height: 10,
        borderRadius: radius.s,
        background: colour.sunken,
        overflow: "hidden",
      }}
    >
      <div
        style={{
          position: "absolute",
          insetBlock: 0,
          left: part(span.startMs),
          width: part(span.endMs - span.startMs),
          minWidth: 3,
          background: strong,
        }}
      />
      <div
        style={{
          position: "absolute",
          insetBlock: 0,
          left: part(span.startMs),
          width: part(waitedMs),
          background: colour.sunken,
          opacity: 0.6,
        }}
      />
    </div>
  );
}

function toneOf(attempt: Attempt): Tone {
  if (attempt.outcome === "ok") return "good";
  return attempt.outcome === "cancelled" ? "neutral" : "bad";
}

function verdictOf(attempt: Attempt, isLast: boolean): string | null {
  if (attempt.verdict === "FATAL") return "Aborted: no other candidate would do better.";
  if (attempt.verdict === null) return null;
  if (!isLast) return "The next candidate was asked.";
  return attempt.first_byte_ms === null
    ? "Another candidate might have answered; none was left."
    : "The client had a part of the answer already, so nobody else was asked.";
}

function timesOf(attempt: Attempt, span: Span): string {
  const parts = [
    attempt.started_ms === null ? "Its start was not noted" : `Started after ${formatDuration(span.startMs)}`,
    attempt.first_byte_ms !== null && `first byte ${formatDuration(attempt.first_byte_ms)} later`,
    `ended after ${formatDuration(span.endMs)}`,
  ].filter((part) => part !== false);
  const wait =
    attempt.retry_after_s === null ? "" : ` It asked to wait ${formatDuration(attempt.retry_after_s * 1000)}.`;
  return `${parts.join(", ")}.${wait}`;
}
