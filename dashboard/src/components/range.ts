export type RangeName = "1h" | "24h" | "7d" | "30d";

export interface Range {
  name: RangeName;
  /** ISO 8601, whole hours or days (UTC), as usage is counted: every figure of a page is of exactly this time. */
  since: string;
  /** The end of the hour or day that is under way. */
  until: string;
  interval: "hour" | "day";
}

export const RANGE_CHOICES = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
] as const;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many intervals, the one under way among them. Of hours two, or one hour's figures would begin at nothing. */
const COUNTS: Record<RangeName, { interval: "hour" | "day"; count: number }> = {
  "1h": { interval: "hour", count: 2 },
  "24h": { interval: "hour", count: 24 },
  "7d": { interval: "day", count: 7 },
  "30d": { interval: "day", count: 30 },
};

export function rangeOf(name: RangeName, nowMs: number): Range {
  const { interval, count } = COUNTS[name];
  const widthMs = widthOf(interval);
  const untilMs = (Math.floor(nowMs / widthMs) + 1) * widthMs;
  return {
    name,
    since: new Date(untilMs - count * widthMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    interval,
  };
}

/** As long, and right before. */
export function rangeBefore({ since, until }: Pick<Range, "since" | "until">): { since: string; until: string } {
  const lengthMs = Date.parse(until) - Date.parse(since);
  return { since: new Date(Date.parse(since) - lengthMs).toISOString(), until: since };
}

/** Starts of every hour or day of it. */
export function startsOf({ since, until, interval }: Pick<Range, "since" | "until" | "interval">): string[] {
  const widthMs = widthOf(interval);
  const starts: string[] = [];
  for (let startMs = Date.parse(since); startMs < Date.parse(until); startMs += widthMs) {
    starts.push(new Date(startMs).toISOString());
  }
  return starts;
}

export function widthOf(interval: "hour" | "day"): number {
  return interval === "hour" ? HOUR_MS : DAY_MS;
}
