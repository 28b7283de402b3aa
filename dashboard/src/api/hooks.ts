import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, isCancelled } from "./client";

/** What a page shows of one call: `data` stays while it is loaded anew, so that nothing jumps. */
export interface Loaded<T> {
  data: T | undefined;
  error: ApiError | undefined;
  loading: boolean;
  reload(): void;
  /** Puts what a change has replied with in place, without asking again. */
  replace(change: (data: T) => T): void;
}

/** While the gateway can not be reached: it may be starting again, and nobody tells the browser when it has. */
const UNREACHED_AGAIN_MS = 5_000;

/**
 * Loads when it is first shown and whenever `load` changes: wrap it in useCallback.
 *
 * everyMs: loads again that often, while the page is visible and nothing is on its way: an answer that takes longer than
 * this comes nevertheless. What could not be reached is asked for again by itself.
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, everyMs?: number): Loaded<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<ApiError>();
  const [loading, setLoading] = useState(true);
  const [turn, setTurn] = useState(0);
  const loadedBy = useRef(load);
  const isOnItsWay = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` is how `reload` asks for another run
  useEffect(() => {
    const abort = new AbortController();
    if (loadedBy.current !== load) {
      // Of another question: it would be wrong under the new one.
      loadedBy.current = load;
      setData(undefined);
      setError(undefined);
    }
    isOnItsWay.current = true;
    setLoading(true);
    load(abort.signal)
      .then((loaded) => {
        if (abort.signal.aborted) return;
        isOnItsWay.current = false;
        setData(loaded);
        setError(undefined);
        setLoading(false);
      })
      .catch((failure: unknown) => {
        if (abort.signal.aborted || isCancelled(failure)) return;
        isOnItsWay.current = false;
        setError(asApiError(failure));
        setLoading(false);
      });
    return () => abort.abort();
  }, [load, turn]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useInterval(
    () => {
      if (!isOnItsWay.current) reload();
    },
    error?.isOffline ? Math.min(everyMs ?? UNREACHED_AGAIN_MS, UNREACHED_AGAIN_MS) : everyMs,
  );
  useEffect(() => {
    if (error?.isOffline) {
      window.addEventListener("online", reload);
      return () => window.removeEventListener("online", reload);
    }
  }, [error, reload]);
  const replace = useCallback((change: (before: T) => T) => {
    setData((before) => (before === undefined ? before : change(before)));
  }, []);
  return { data, error, loading, reload, replace };
}

export interface PageOf<T> {
  data: T[];
  next_cursor: string | null;
}

export interface Pages<T> extends Omit<Loaded<T[]>, "replace"> {
  hasMore: boolean;
  loadingMore: boolean;
  /** Of the pages after the first; the first one's is `error`. */
  moreError: ApiError | undefined;
  loadMore(): void;
  replace(change: (items: T[]) => T[]): void;
}

/** A keyset list: the first page, and the next whenever `loadMore` is called. Wrap `load` in useCallback. */
export function usePages<T>(load: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>): Pages<T> {
  // What was shown stays shown when it is loaded anew: as many pages as there were.
  const shown = useRef({ of: load, pages: 1 });
  const first = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        if (shown.current.of !== load) shown.current = { of: load, pages: 1 };
        let { data, next_cursor } = await load(undefined, signal);
        for (let pages = 1; pages < shown.current.pages && next_cursor !== null; pages += 1) {
          const page = await load(next_cursor, signal);
          data = [...data, ...page.data];
          next_cursor = page.next_cursor;
        }
        return { data, next_cursor };
      },
      [load],
    ),
  );
  const [more, setMore] = useState<{ of: PageOf<T>; items: T[]; next: string | null }>();
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreError, setMoreError] = useState<ApiError>();
  const abort = useRef<AbortController>(undefined);
  // Known at once, where state is known at the next rendering: scrolling asks more often than that.
  const asking = useRef(false);
  // With another question what is on its way, or has failed, is of no use.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is the question
  useEffect(
    () => () => {
      abort.current?.abort();
      asking.current = false;
      setLoadingMore(false);
      setMoreError(undefined);
    },
    [load],
  );

  const current = more !== undefined && more.of === first.data ? more : undefined;
  const next = current === undefined ? (first.data?.next_cursor ?? null) : current.next;
  const loadMore = useCallback(() => {
    if (next === null || asking.current || first.data === undefined) return;
    asking.current = true;
    const of = first.data;
    const before = current?.items ?? [];
    abort.current = new AbortController();
    const { signal } = abort.current;
    setLoadingMore(true);
    load(next, signal)
      .then((page) => {
        if (signal.aborted) return;
        shown.current.pages += 1;
        setMore({ of, items: [...before, ...page.data], next: page.next_cursor });
        setMoreError(undefined);
      })
      .catch((failure: unknown) => {
        if (!isCancelled(failure) && !signal.aborted) setMoreError(asApiError(failure));
      })
      .finally(() => {
        if (signal.aborted) return;
        asking.current = false;
        setLoadingMore(false);
      });
  }, [load, next, first.data, current]);

  const { replace: replaceFirst } = first;
  const latestMore = useRef(more);
  latestMore.current = more;
  const replace = useCallback(
    (change: (items: T[]) => T[]) => {
      replaceFirst((page) => {
        // Of this very page: whoever changes has waited for the server, and more may have come or all been loaded anew.
        const of = latestMore.current?.of === page ? latestMore.current : undefined;
        const items = change([...page.data, ...(of?.items ?? [])]);
        return { data: items, next_cursor: of === undefined ? page.next_cursor : of.next };
      });
    },
    [replaceFirst],
  );
  const data = useMemo(() => first.data && [...first.data.data, ...(current?.items ?? [])], [first.data, current]);
  return {
    data,
    error: first.error,
    loading: first.loading,
    reload: first.reload,
    replace,
    hasMore: next !== null,
    loadingMore,
    moreError,
    loadMore,
  };
}

export interface Action<A extends unknown[], R> {
  /** Gives undefined when it failed: then `error` says why. */
  run(...args: A): Promise<R | undefined>;
  busy: boolean;
  error: ApiError | undefined;
  clearError(): void;
}

/** Something that a click does: one at a time, with its progress and its failure. */
export function useAction<A extends unknown[], R>(act: (...args: A) => Promise<R>): Action<A, R> {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const running = useRef(false);
  const latest = useRef(act);
  latest.current = act;

  const run = useCallback(async (...args: A) => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setError(undefined);
    try {
      return await latest.current(...args);
    } catch (failure) {
      if (!isCancelled(failure)) setError(asApiError(failure));
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clearError = useCallback(() => setError(undefined), []);
  return { run, busy, error, clearError };
}

/** Calls while the page is visible; never without `everyMs`. */
export function useInterval(called: () => void, everyMs: number | undefined): void {
  const latest = useRef(called);
  latest.current = called;
  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") latest.current();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

/** The time of day, so that "3 minutes ago" stays true. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), everyMs);
  return now;
}

export function asApiError(failure: unknown): ApiError {
  if (failure instanceof ApiError) return failure;
  return new ApiError(`The dashboard failed: ${failure instanceof Error ? failure.message : "unknown"}.`, -1, "bug");
}
