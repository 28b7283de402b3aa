import type { Schemas } from "../../api/client";

export type Log = Schemas["Log"];

export interface LogPage {
  data: Log[];
  next_cursor: string | null;
}

/** Newest first. */
export interface RequestList {
  rows: readonly Log[];
  /** Where older ones are asked for; null: these are all. */
  next: string | null;
  /** Much was looked through and nothing found: one is asked before it goes on. */
  paused: boolean;
  /** Older rows were given up while live: they come back by loading anew. */
  trimmed: boolean;
}

/** How many rows are kept while new ones keep coming. */
export const LIVE_ROWS = 2_000;
/** A page that found nothing has looked through 10,000 requests: so many are looked through before one is asked. */
export const PATIENT_PAGES = 10;

/** Pages from a cursor on until there is something to see, the end, or a reason to ask. */
export async function searchOnward(
  load: (cursor: string | undefined) => Promise<LogPage>,
  from: string | undefined,
): Promise<LogPage> {
  let cursor = from;
  const data: Log[] = [];
  for (let pages = 0; pages < PATIENT_PAGES; pages += 1) {
    const page = await load(cursor);
    data.push(...page.data);
    if (page.next_cursor === null || data.length >= 20) return { data, next_cursor: page.next_cursor };
    cursor = page.next_cursor;
  }
  return { data, next_cursor: cursor ?? null };
}

export function isFruitless(page: LogPage): boolean {
  return page.data.length === 0 && page.next_cursor !== null;
}

/** The rows of a newest page that are not known yet; a request that took long may come below newer ones. */
export function unknownOf(known: readonly Log[], newest: readonly Log[]): Log[] {
  const ids = new Set(known.map((log) => log.id));
  return newest.filter((log) => !ids.has(log.id));
}

/** Puts new rows where their ids belong and keeps the newest `atMost`. Ids ascend with the time of arrival. */
export function withNewest(list: RequestList, added: readonly Log[], atMost: number): RequestList {
  if (added.length === 0 && list.rows.length <= atMost) return list;
  const rows = [...unknownOf(list.rows, added), ...list.rows].sort((a, b) => (a.id < b.id ? 1 : -1));
  if (rows.length <= atMost) return { ...list, rows };
  return { rows: rows.slice(0, atMost), next: null, paused: false, trimmed: true };
}
