/** How a figure has changed against the time before; null when there is nothing to compare it with. */
export type Change = { kind: "relative"; by: number } | { kind: "points"; by: number } | null;

export interface Times {
  since: string;
  until: string;
  nowMs: number;
}

/**
 * Of what adds up: per hour, because the time shown is still under way and the one before is over.
 *
 * now, before: sums over times of the same length
 */
export function changeOfSum(now: number, before: number, times: Times): Change {
  const sinceMs = Date.parse(times.since);
  const lengthMs = Date.parse(times.until) - sinceMs;
  const passedMs = Math.min(lengthMs, times.nowMs - sinceMs);
  if (before <= 0 || passedMs <= 0) return null;
  return { kind: "relative", by: now / passedMs / (before / lengthMs) - 1 };
}

/** Of a measured value, such as a latency. */
export function changeOfValue(now: number | null, before: number | null): Change {
  if (now === null || before === null || before <= 0) return null;
  return { kind: "relative", by: now / before - 1 };
}

/** Of a share, in percentage points: from 2 % to 4 % is 2 points, not "100 % more". */
export function changeOfShare(now: number | null, before: number | null): Change {
  if (now === null || before === null) return null;
  return { kind: "points", by: now - before };
}

/** null: of no requests there is no share */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

/** `+12%`, `−0.4 points`, `no change` */
export function formatChange(change: NonNullable<Change>): string {
  const size = Math.abs(change.by) * 100;
  if (size < 0.05) return "no change";
  const sign = change.by > 0 ? "+" : "−";
  if (change.kind === "points")
    return `${sign}${size < 10 ? size.toFixed(1).replace(/\.0$/, "") : Math.round(size)} points`;
  if (change.by >= 10) return `${Math.round(change.by + 1).toLocaleString("en-US")} times as much`;
  return `${sign}${size < 1 ? size.toFixed(1) : Math.round(size)}%`;
}
