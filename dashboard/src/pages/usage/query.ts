import { GROUP_NAMES, type GroupBy } from "../../api/usage";
import { type Range, widthOf } from "../../components/range";

export type Measure = "cost" | "requests" | "tokens";
export type FilterName = "provider" | "model" | "alias" | "api_key_id" | "tag";

/** What the page shows, as it stands in the address. */
export interface Shown {
  by: GroupBy;
  measure: Measure;
  interval: "hour" | "day";
  filters: Partial<Record<FilterName, string>>;
}

export const MEASURES = [
  { value: "cost", label: "Cost" },
  { value: "requests", label: "Requests" },
  { value: "tokens", label: "Tokens" },
] as const;
export const GROUPS = Object.entries(GROUP_NAMES).map(([value, label]) => ({ value: value as GroupBy, label }));

const MAX_CHARS = 256;
/** Usage by tag and by end user is counted apart from the rest: it can not be filtered by it. */
const FILTERS: Record<GroupBy, readonly FilterName[]> = {
  provider: ["provider", "model", "alias", "api_key_id"],
  model: ["provider", "model", "alias", "api_key_id"],
  api_key: ["provider", "model", "alias", "api_key_id"],
  alias: ["provider", "model", "alias", "api_key_id"],
  tag: ["tag"],
  end_user: [],
};

export function filtersOf(by: GroupBy): readonly FilterName[] {
  return FILTERS[by];
}

/** What the address says that is no choice does not count. */
export function readShown(parameters: URLSearchParams, range: Range): Shown {
  const by = GROUPS.find((group) => group.value === parameters.get("by"))?.value ?? "provider";
  const filters: Shown["filters"] = {};
  for (const name of FILTERS[by]) {
    const value = parameters.get(name)?.trim().slice(0, MAX_CHARS);
    if (value) filters[name] = value;
  }
  return {
    by,
    measure: MEASURES.find((measure) => measure.value === parameters.get("measure"))?.value ?? "cost",
    // A day of 24 hours may lie in two days of UTC: then the sums would be of more than what was asked.
    interval: range.interval === "day" && parameters.get("interval") !== "hour" ? "day" : "hour",
    filters,
  };
}

export const MOST_GROUPS = 20;

export function queryOf({ by, interval, filters }: Omit<Shown, "measure">, { since, until }: Range) {
  return { since, until, interval, group_by: by, groups: MOST_GROUPS, ...filters };
}

export function monthQuery({ startMs }: { startMs: number }, nowMs: number) {
  const dayMs = widthOf("day");
  return {
    since: new Date(startMs).toISOString(),
    until: new Date((Math.floor(nowMs / dayMs) + 1) * dayMs).toISOString(),
    interval: "day",
    group_by: "api_key",
    groups: 50,
  } as const;
}
