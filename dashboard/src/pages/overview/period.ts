import { api } from "../../api/client";
import type { Figures, Group, Usage } from "../../api/usage";
import { type Range, rangeBefore } from "../../components/range";

/** One time's figures, and those of the time before. They come together, so that they belong together. */
export interface Period {
  usage: Usage;
  points: Group["points"];
  before: Figures;
  beforeTime: { since: string; until: string };
  /** Models that have been used without a price; none when all had one. */
  unpriced: readonly string[];
}

export async function loadPeriod(path: { workspace_id: string }, range: Range, signal: AbortSignal): Promise<Period> {
  const { since, until, interval } = range;
  const beforeTime = rangeBefore(range);
  const [usage, before] = await Promise.all([
    api.get("/workspaces/{workspace_id}/usage", { path, query: { since, until, interval }, signal }),
    api.get("/workspaces/{workspace_id}/usage/summary", { path, query: beforeTime, signal }),
  ]);
  return {
    usage: usage.data,
    points: usage.data.groups[0]?.points ?? [],
    before: before.data,
    beforeTime,
    unpriced: usage.data.total.unpriced_requests > 0 ? await unpricedModels(path, range, signal) : [],
  };
}

async function unpricedModels(path: { workspace_id: string }, range: Range, signal: AbortSignal): Promise<string[]> {
  const { since, until } = range;
  const query = { since, until, interval: "day", group_by: "model", groups: 50 } as const;
  const { data } = await api.get("/workspaces/{workspace_id}/usage", { path, query, signal });
  return data.groups.filter((group) => group.total.unpriced_requests > 0).map((group) => group.group ?? "");
}
