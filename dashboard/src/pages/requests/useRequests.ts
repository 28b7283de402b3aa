import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type ApiError, api, isCancelled } from "../../api/client";
import { asApiError, useInterval } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { type Filters, queryOf } from "./filters";
import {
  isFruitless,
  LIVE_ROWS,
  type Log,
  type LogPage,
  type RequestList,
  searchOnward,
  unknownOf,
  withNewest,
} from "./requestList";

export interface Requests {
  list: RequestList | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload(): void;
  loadingMore: boolean;
  moreError: ApiError | undefined;
  loadMore(): void;
  /** New ones that are held back, so that what one reads stays where it is. */
  waiting: number;
  showWaiting(): void;
  liveError: ApiError | undefined;
}

const PAGE_ROWS = 100;
const LIVE_MS = 2_000;
/** With more new ones than these pages hold, the list begins anew instead of having a gap. */
const LIVE_PAGES = 5;
const NOTHING: readonly Log[] = [];

/**
 * The requests that match, newest first, and while `live` those that come in.
 *
 * isAtTop: whether one sees the newest; new ones are then shown at once.
 */
export function useRequests(filters: Filters, live: boolean, isAtTop: () => boolean): Requests {
  const load = useLoadLogs(filters);
  const [turn, setTurn] = useState(0);
  const [held, setHeld] = useState<{ of: typeof load; list: RequestList }>();
  const [waiting, setWaiting] = useState<readonly Log[]>(NOTHING);
  const [failed, setFailed] = useState<ApiError>();
  const [loading, setLoading] = useState(true);
  // Of other filters: it would be wrong under these.
  const list = held?.of === load ? held.list : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is how `reload` asks for another run
  useEffect(() => {
    const abort = new AbortController();
    setLoading(true);
    searchOnward((cursor) => load(cursor, PAGE_ROWS, abort.signal), undefined)
      .then((page) => {
        if (abort.signal.aborted) return;
        setHeld({
          of: load,
          list: { rows: page.data, next: page.next_cursor, paused: isFruitless(page), trimmed: false },
        });
        setWaiting(NOTHING);
        setFailed(undefined);
      })
      .catch((failure: unknown) => {
        if (!isCancelled(failure)) setFailed(asApiError(failure));
      })
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false);
      });
    return () => abort.abort();
  }, [load, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const change = useCallback(
    (next: (list: RequestList) => RequestList) =>
      setHeld((before) => (before?.of === load ? { of: load, list: next(before.list) } : before)),
    [load],
  );

  const more = useMore(load, list, change);
  const add = useCallback(
    (found: readonly Log[]) => {
      if (isAtTop()) change((before) => withNewest(before, found, LIVE_ROWS));
      else setWaiting((before) => [...unknownOf(before, found), ...before].slice(0, LIVE_ROWS));
    },
    [change, isAtTop],
  );
  const liveError = useLive(load, live, list, waiting, add, reload);
  const showWaiting = useCallback(() => {
    change((before) => withNewest(before, waiting, LIVE_ROWS));
    setWaiting(NOTHING);
  }, [change, waiting]);
  const isTrimmed = list?.trimmed === true;
  useEffect(() => {
    // Whoever stops looking at the newest wants the older ones back.
    if (!live && isTrimmed) reload();
  }, [live, isTrimmed, reload]);

  return { list, error: failed, loading, reload, ...more, waiting: waiting.length, showWaiting, liveError };
}

type Load = (cursor: string | undefined, limit: number, signal: AbortSignal) => Promise<LogPage>;

function useLoadLogs(filters: Filters): Load {
  const path = useWorkspacePath();
  const wanted = JSON.stringify(filters);
  // A range begins when it is chosen: were it to move, no page would follow from the one before.
  const query = useMemo(() => queryOf(JSON.parse(wanted) as Filters, Date.now()), [wanted]);
  return useCallback(
    (cursor, limit, signal) =>
      api.get("/workspaces/{workspace_id}/logs", { path, query: { ...query, cursor, limit }, signal }),
    [path, query],
  );
}

/** Older ones, a page at a time. */
function useMore(
  load: Load,
  list: RequestList | undefined,
  change: (next: (list: RequestList) => RequestList) => void,
): Pick<Requests, "loadingMore" | "moreError" | "loadMore"> {
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<ApiError>();
  const abort = useRef<AbortController>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with other filters what is on its way is of no use
  useEffect(
    () => () => {
      abort.current?.abort();
      abort.current = undefined;
      setLoadingMore(false);
      setMoreError(undefined);
    },
    [load],
  );
  const next = list?.next ?? null;
  const loadMore = useCallback(() => {
    if (next === null || abort.current !== undefined) return;
    const mine = new AbortController();
    abort.current = mine;
    setLoadingMore(true);
    setMoreError(undefined);
    searchOnward((cursor) => load(cursor, PAGE_ROWS, mine.signal), next)
      .then((page) =>
        change((before) =>
          // Cut meanwhile: the page would leave a gap.
          before.next === next
            ? { ...before, rows: [...before.rows, ...page.data], next: page.next_cursor, paused: isFruitless(page) }
            : before,
        ),
      )
      .catch((failure: unknown) => {
        if (!isCancelled(failure)) setMoreError(asApiError(failure));
      })
      .finally(() => {
        if (abort.current !== mine) return;
        abort.current = undefined;
        setLoadingMore(false);
      });
  }, [load, next, change]);
  return { loadingMore, moreError, loadMore };
}

/** Asks for the newest every two seconds, while the page is visible. Gives why it can not. */
function useLive(
  load: Load,
  live: boolean,
  list: RequestList | undefined,
  waiting: readonly Log[],
  add: (found: readonly Log[]) => void,
  reload: () => void,
): ApiError | undefined {
  const [failed, setFailed] = useState<ApiError>();
  const running = useRef(false);
  const abort = useRef<AbortController>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with other filters what is on its way is of no use
  useEffect(() => () => abort.current?.abort(), [load, live]);

  const look = async () => {
    if (list === undefined || running.current) return;
    running.current = true;
    abort.current = new AbortController();
    const { signal } = abort.current;
    try {
      const found = await newSince(list, waiting, (cursor) => load(cursor, PAGE_ROWS, signal));
      if (signal.aborted) return;
      if (found === undefined) reload();
      else if (found.length > 0) add(found);
      setFailed(undefined);
    } catch (failure) {
      if (!isCancelled(failure)) setFailed(asApiError(failure));
    } finally {
      running.current = false;
    }
  };
  useInterval(() => void look(), live ? LIVE_MS : undefined);
  return live ? failed : undefined;
}

/** The newest that are not known; undefined where there are more of them than one wants to fetch. */
async function newSince(
  list: RequestList,
  waiting: readonly Log[],
  load: (cursor: string | undefined) => Promise<LogPage>,
): Promise<Log[] | undefined> {
  const known = [...waiting, ...list.rows];
  // What is older than all that is shown comes by scrolling.
  const oldest = list.next === null && !list.trimmed ? "" : (list.rows.at(-1)?.id ?? "");
  const found: Log[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < LIVE_PAGES; pages += 1) {
    const page = await load(cursor);
    const unknown = unknownOf(known, page.data);
    found.push(...unknown.filter((log) => log.id > oldest));
    if (unknown.length < page.data.length || page.next_cursor === null || page.data.length === 0) return found;
    cursor = page.next_cursor;
  }
  return undefined;
}
