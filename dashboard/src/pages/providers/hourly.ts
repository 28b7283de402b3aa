import type { Schemas } from "../../api/client";
import { formatCount, plural } from "../../format/numbers";

export interface Hours {
  /** Of each hour, the oldest first */
  requests: number[];
  errors: number[];
  label: string;
}

export const HOURS = 24;
const HOUR_MS = 3_600_000;

/** The last 24 hours, this one included; hours without a request are zero. */
export function hoursOf(group: Schemas["Group"] | undefined, vendorTitle: string, nowMs: number): Hours {
  const first = (Math.floor(nowMs / HOUR_MS) - HOURS + 1) * HOUR_MS;
  const requests = new Array<number>(HOURS).fill(0);
  const errors = new Array<number>(HOURS).fill(0);
  for (const point of group?.points ?? []) {
    const hour = Math.round((Date.parse(point.start) - first) / HOUR_MS);
    if (hour < 0 || hour >= HOURS) continue;
    requests[hour] = (requests[hour] ?? 0) + point.requests;
    errors[hour] = (errors[hour] ?? 0) + point.errors;
  }
  const all = requests.reduce((sum, count) => sum + count, 0);
  const failed = errors.reduce((sum, count) => sum + count, 0);
  return {
    requests,
    errors,
    label: `All keys of ${vendorTitle}, last 24 hours: ${plural(all, "request")}, ${formatCount(failed)} failed.`,
  };
}
