import { startsOf } from "../components/range";
import { api, type Schemas } from "./client";

export type Figures = Schemas["Figures"];
export type Usage = Schemas["Usage"];
export type Group = Schemas["Group"];
export type Point = Schemas["Point"];
export type GroupBy = NonNullable<Usage["group_by"]>;

export const GROUP_NAMES: Record<GroupBy, string> = {
  provider: "Provider",
  model: "Model",
  api_key: "API key",
  alias: "Alias",
  tag: "Tag",
  end_user: "End user",
};

/** What the API calls the groups that it does not name. */
export const OTHER = "(other)";

/** The value of every interval of the time, in order; `nothing` where there was no request. */
export function valuesOf<T>(
  usage: Pick<Usage, "since" | "until" | "interval">,
  points: readonly Point[],
  value: (point: Point) => T,
  nothing: T,
): T[] {
  const byStart = new Map(points.map((point) => [Date.parse(point.start), point]));
  return startsOf(usage).map((start) => {
    const point = byStart.get(Date.parse(start));
    return point === undefined ? nothing : value(point);
  });
}

/** What a group is called. keyNames: of API keys by id, null while they are not known. */
export function groupName(by: GroupBy, group: string, keyNames: ReadonlyMap<string, string> | null): string {
  if (group === OTHER) return "Others";
  if (group === "") return NONE[by];
  if (by !== "api_key") return group;
  if (keyNames === null) return `…${group.slice(-8)}`;
  return keyNames.get(group) ?? `a key that is gone (…${group.slice(-8)})`;
}

const NONE: Record<GroupBy, string> = {
  provider: "no provider",
  model: "no model",
  api_key: "no API key",
  alias: "no alias",
  tag: "no tag",
  end_user: "no end user",
};

/** The filter of the Requests page for a group; null: there is none. */
export function requestsOfGroup(by: GroupBy, group: string, time: { since: string; until: string }): string | null {
  if (group === "" || group === OTHER) return null;
  return requestsPath({ [by === "api_key" ? "api_key_id" : by]: group }, time);
}

export function requestsPath(filter: Record<string, string>, time: { since: string; until: string }): string {
  return `/app/requests?${new URLSearchParams({ ...filter, since: time.since, until: time.until })}`;
}

const KEY_PAGES = 5;

/** Every API key, the ended ones too; of more than a thousand the newest. */
export async function allApiKeys(path: { workspace_id: string }, signal: AbortSignal): Promise<Schemas["ApiKey"][]> {
  const found: Schemas["ApiKey"][] = [];
  let cursor: string | undefined;
  for (let page = 0; page < KEY_PAGES; page += 1) {
    const reply = await api.get("/workspaces/{workspace_id}/api-keys", { path, query: { cursor, limit: 200 }, signal });
    found.push(...reply.data);
    if (reply.next_cursor === null) break;
    cursor = reply.next_cursor;
  }
  return found;
}

/** The operators' quota and the workspace's own: the smaller one counts. null: no limit */
export function quotasOf(settings: Schemas["Settings"]): { requests: number | null; tokens: number | null } {
  return {
    requests: smaller(settings.quota_requests_month, settings.own_quota_requests_month),
    tokens: smaller(settings.quota_tokens_month, settings.own_quota_tokens_month),
  };
}

function smaller(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
