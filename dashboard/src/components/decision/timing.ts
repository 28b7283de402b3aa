import type { Schemas } from "../../api/client";

type Attempt = Schemas["LoggedAttempt"];

/** Where an attempt lies in its request. All in ms after the request came in. */
export interface Span {
  startMs: number;
  /** null: no byte came */
  firstByteMs: number | null;
  endMs: number;
}

/**
 * The attempts on one line of time, and how long that is.
 *
 * Of a stream an attempt's duration is until its first content: the last one went on until the request's end. Records of
 * versions that noted no start are laid one behind the other.
 */
export function spansOf(log: { attempts: readonly Attempt[]; streaming: boolean; duration_ms: number }): {
  spans: Span[];
  wholeMs: number;
} {
  const spans: Span[] = [];
  let afterMs = 0;
  for (const [index, attempt] of log.attempts.entries()) {
    const startMs = attempt.started_ms ?? afterMs;
    const relayed = log.streaming && attempt.first_byte_ms !== null && index === log.attempts.length - 1;
    const endMs = relayed ? Math.max(log.duration_ms, startMs) : startMs + (attempt.duration_ms ?? 0);
    spans.push({
      startMs,
      firstByteMs: attempt.first_byte_ms === null ? null : startMs + attempt.first_byte_ms,
      endMs,
    });
    afterMs = endMs;
  }
  return { spans, wholeMs: Math.max(log.duration_ms, afterMs, 0.001) };
}

/** What the request took outside of all attempts: deciding, waiting between attempts, sending. */
export function ownTimeMs(spans: readonly Span[], wholeMs: number): number {
  const asking = spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  return Math.max(0, wholeMs - asking);
}
