/** What is used up by the month, and where it ends at the pace so far. Months are those of UTC, as limits count them. */

export interface Month {
  startMs: number;
  /** The first moment of the next one, when limits begin anew. */
  endMs: number;
}

export interface Pace {
  /** In the unit of what is used; null: too little of the month has passed to tell. */
  atEnd: number | null;
  /** When the limit is reached, if that is before the month ends; now when it is reached already. */
  runsOutAtMs: number | null;
  /** Of the limit, 0 to …; 1 for a limit of nothing. */
  share: number;
}

const LEAST_MS = 6 * 3_600_000;

export function monthOf(nowMs: number): Month {
  const now = new Date(nowMs);
  return {
    startMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1),
    endMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1),
  };
}

/** sinceMs: when it began to be used, if that was within the month. */
export function paceOf(used: number, limit: number, nowMs: number, sinceMs = 0): Pace {
  const { startMs, endMs } = monthOf(nowMs);
  const share = limit > 0 ? used / limit : 1;
  if (used >= limit) return { atEnd: used, runsOutAtMs: nowMs, share };
  const elapsedMs = nowMs - Math.max(startMs, sinceMs);
  if (elapsedMs < LEAST_MS) return { atEnd: null, runsOutAtMs: null, share };
  const perMs = used / elapsedMs;
  const atEnd = used + perMs * (endMs - nowMs);
  return { atEnd, runsOutAtMs: atEnd > limit ? nowMs + (limit - used) / perMs : null, share };
}
