import type { Schemas } from "../../api/client";
import type { paths } from "../../api/schema";
import { formatUsd, parseUsd } from "../../format/money";
import { formatDuration } from "../../format/numbers";
import { formatDateTime } from "../../format/time";

/**
 * What is searched for, as it stands in the address. Names are those of GET …/logs, so that other pages and people link
 * here with what they know; `range` is a time that moves on (`24h`), instead of `since` and `until`.
 */
export interface Filters {
  range: RangeName | null;
  since: string | null;
  until: string | null;
  outcome: Outcome | null;
  status: string | null;
  provider: string | null;
  model: string | null;
  alias: string | null;
  api_key_id: string | null;
  end_user: string | null;
  tag: string | null;
  fallback: boolean;
  substituted: boolean;
  min_cost_nanousd: number | null;
  min_duration_ms: number | null;
  request_id: string | null;
}

export type FilterName = keyof Filters;
export type Outcome = Schemas["Log"]["outcome"];
export type RangeName = "1h" | "24h" | "7d" | "30d";

export const RANGES: Record<RangeName, { hours: number; name: string }> = {
  "1h": { hours: 1, name: "Last hour" },
  "24h": { hours: 24, name: "Last 24 hours" },
  "7d": { hours: 168, name: "Last 7 days" },
  "30d": { hours: 720, name: "Last 30 days" },
};
const OUTCOMES: readonly Outcome[] = ["succeeded", "failed", "rejected", "client_closed", "interrupted"];
const TEXTS = ["provider", "model", "alias", "api_key_id", "end_user", "tag", "request_id"] as const;
/** The most that GET …/logs takes of each. */
const MAX_CHARS = 256;
const MAX_NUMBER = 2 ** 53 - 1;
export const STATUS_FORM = /^[1-5]([0-9][0-9]|xx)$/;
export const ID_FORM = /^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$/;

/** What the address asks for; what it says that is no filter does not count. */
export function readFilters(parameters: URLSearchParams): Filters {
  const text = (name: FilterName) => parameters.get(name)?.trim().slice(0, MAX_CHARS) || null;
  const id = (name: "api_key_id" | "request_id") => {
    const found = text(name);
    return found !== null && ID_FORM.test(found) ? found : null;
  };
  const time = (name: "since" | "until") => {
    const ms = Date.parse(parameters.get(name) ?? "");
    return Number.isNaN(ms) ? null : new Date(ms).toISOString();
  };
  const number = (name: FilterName) => {
    const typed = parameters.get(name) ?? "";
    return /^\d{1,16}$/.test(typed) && Number(typed) <= MAX_NUMBER ? Number(typed) : null;
  };
  const range = parameters.get("range");
  const outcome = parameters.get("outcome");
  const status = text("status")?.toLowerCase() ?? null;
  const since = time("since");
  const until = time("until");
  const known = range !== null && Object.hasOwn(RANGES, range) && since === null && until === null;
  return {
    range: known ? (range as RangeName) : null,
    since,
    until,
    outcome: OUTCOMES.find((each) => each === outcome) ?? null,
    status: status !== null && STATUS_FORM.test(status) ? status : null,
    provider: text("provider"),
    model: text("model"),
    alias: text("alias"),
    api_key_id: id("api_key_id"),
    end_user: text("end_user"),
    tag: text("tag"),
    fallback: parameters.get("fallback") === "true",
    substituted: parameters.get("substituted") === "true",
    min_cost_nanousd: number("min_cost_nanousd"),
    min_duration_ms: number("min_duration_ms"),
    request_id: id("request_id"),
  };
}

/** Puts changed filters into an address; what is no filter there stays. */
export function writeFilters(parameters: URLSearchParams, change: Partial<Filters>): URLSearchParams {
  const written = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === false || value === "") written.delete(name);
    else written.set(name, String(value));
  }
  return written;
}

/** No filter at all; for "clear all". */
export const NO_FILTERS: Filters = readFilters(new URLSearchParams());

type LogQuery = NonNullable<paths["/workspaces/{workspace_id}/logs"]["get"]["parameters"]["query"]>;

/** As GET …/logs takes it. nowMs: what a range ends with. */
export function queryOf(filters: Filters, nowMs: number): LogQuery {
  const { range, ...rest } = filters;
  const asked: LogQuery = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== false),
  );
  if (range !== null) asked.since = new Date(nowMs - RANGES[range].hours * 3_600_000).toISOString();
  return asked;
}

export interface Chip {
  names: FilterName[];
  text: string;
}

/** What is filtered by, each in a few words. keyName: of an API key's id. */
export function chipsOf(filters: Filters, keyName: (id: string) => string): Chip[] {
  const chips: Chip[] = [];
  const add = (name: FilterName, text: string | null) => text !== null && chips.push({ names: [name], text });
  const said = (name: string, value: string | null) => value && `${name}: ${value}`;
  if (filters.range !== null) add("range", RANGES[filters.range].name);
  if (filters.since !== null) add("since", `from ${formatDateTime(filters.since)}`);
  if (filters.until !== null) add("until", `until ${formatDateTime(filters.until)}`);
  add("outcome", said("outcome", filters.outcome?.replace("_", " ") ?? null));
  add("status", said("status", filters.status));
  add("api_key_id", said("API key", filters.api_key_id && keyName(filters.api_key_id)));
  for (const name of TEXTS) {
    if (name !== "api_key_id") add(name, said(name.replace("_", " "), filters[name]));
  }
  if (filters.fallback) add("fallback", "fallback only");
  if (filters.substituted) add("substituted", "substituted only");
  if (filters.min_cost_nanousd !== null)
    add("min_cost_nanousd", `cost at least ${formatUsd(filters.min_cost_nanousd)}`);
  if (filters.min_duration_ms !== null) add("min_duration_ms", `at least ${formatDuration(filters.min_duration_ms)}`);
  return chips;
}

/** A typed number of USD as nano-USD, for the address. undefined: it is none. */
export function readMinCost(typed: string): number | null | undefined {
  if (typed.trim() === "") return null;
  return parseUsd(typed) ?? undefined;
}

/** Typed milliseconds, or seconds with an `s` behind them. undefined: it is neither. */
export function readMinDuration(typed: string): number | null | undefined {
  if (typed.trim() === "") return null;
  const found = /^(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s)?$/.exec(typed.trim());
  if (found === null) return undefined;
  return Math.round(Number(found[1]) * (found[2] === "s" ? 1000 : 1));
}
