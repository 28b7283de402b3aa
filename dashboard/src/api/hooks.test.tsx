import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ApiError } from "./client";
import { type PageOf, useAction, useLoaded, usePages } from "./hooks";

/** A call that is answered when the test wants it. */
function pending<T>() {
  let answer: (value: T) => void = () => {};
  let fail: (failure: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  return { promise, answer, fail };
}

test("what was loaded stays while it is loaded anew, and under a failure", async () => {
  const calls = [pending<string>(), pending<string>()];
  const load = vi.fn(() => calls[load.mock.calls.length - 1]?.promise ?? Promise.reject(new Error("too many")));
  const { result } = renderHook(() => useLoaded(load));
  expect(result.current).toMatchObject({ data: undefined, loading: true });
  await act(async () => calls[0]?.answer("first"));
  expect(result.current).toMatchObject({ data: "first", loading: false });

  act(() => result.current.reload());
  expect(result.current).toMatchObject({ data: "first", loading: true });
  await act(async () => calls[1]?.fail(new ApiError("It broke.", 500, "x")));
  expect(result.current).toMatchObject({ data: "first", loading: false });
  expect(result.current.error?.message).toBe("It broke.");
});

test("another question drops the answer of the one before, and a late answer is not shown", async () => {
  const late = pending<string>();
  const first = () => late.promise;
  const second = () => Promise.resolve("second");
  const { result, rerender } = renderHook(({ load }) => useLoaded(load), { initialProps: { load: first } });
  rerender({ load: second });
  await waitFor(() => expect(result.current.data).toBe("second"));
  await act(async () => late.answer("first"));
  expect(result.current.data).toBe("second");
});

test("once there is a connection again, what failed without one is loaded", async () => {
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new ApiError("Not reached.", 0, "offline"))
    .mockResolvedValueOnce("there");
  const { result } = renderHook(() => useLoaded(load));
  await waitFor(() => expect(result.current.error?.isOffline).toBe(true));
  act(() => {
    window.dispatchEvent(new Event("online"));
  });
  await waitFor(() => expect(result.current.data).toBe("there"));
  expect(result.current.error).toBeUndefined();
});

test("a gateway that could not be reached is asked again by itself, one that refused is not", async () => {
  vi.useFakeTimers();
  try {
    const load = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(new ApiError("Not reached.", 0, "offline"))
      .mockRejectedValueOnce(new ApiError("No.", 403, "forbidden"));
    const { result } = renderHook(() => useLoaded(load));
    await act(async () => {});
    expect(result.current.error?.isOffline).toBe(true);
    await act(async () => {
      vi.advanceTimersByTime(5_000);
    });
    expect(result.current.error?.message).toBe("No.");
    act(() => {
      vi.advanceTimersByTime(60_000);
    });
    expect(load).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test("an answer that takes longer than the pause between two questions comes nevertheless", async () => {
  vi.useFakeTimers();
  try {
    const slow = pending<string>();
    const load = vi.fn((_signal: AbortSignal) => slow.promise);
    const { result } = renderHook(() => useLoaded(load, 2_000));
    act(() => {
      vi.advanceTimersByTime(9_000);
    });
    expect(load).toHaveBeenCalledOnce();
    await act(async () => slow.answer("late"));
    expect(result.current.data).toBe("late");
    act(() => {
      vi.advanceTimersByTime(2_000);
    });
    expect(load).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test("a failure is not shown under another question", async () => {
  const failing = (): Promise<string> => Promise.reject(new ApiError("It broke.", 500, "x"));
  const waiting = () => pending<string>().promise;
  const { result, rerender } = renderHook(({ load }) => useLoaded(load), { initialProps: { load: failing } });
  await waitFor(() => expect(result.current.error?.message).toBe("It broke."));
  rerender({ load: waiting });
  expect(result.current.error).toBeUndefined();
});

test("pages follow each other by their cursors, until there is none", async () => {
  const pages: Record<string, PageOf<number>> = {
    start: { data: [1, 2], next_cursor: "b" },
    b: { data: [3], next_cursor: "c" },
    c: { data: [4], next_cursor: null },
  };
  const load = vi.fn(async (cursor: string | undefined) => pages[cursor ?? "start"] as PageOf<number>);
  const { result } = renderHook(() => usePages(load));
  await waitFor(() => expect(result.current.data).toEqual([1, 2]));
  act(() => {
    result.current.loadMore();
    // A second wish while the page is on its way asks for nothing.
    result.current.loadMore();
  });
  await waitFor(() => expect(result.current.data).toEqual([1, 2, 3]));
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.hasMore).toBe(false));
  act(() => result.current.loadMore());
  expect(result.current.data).toEqual([1, 2, 3, 4]);
  expect(load.mock.calls.map(([cursor]) => cursor)).toEqual([undefined, "b", "c"]);
});

test("a page that fails leaves the others, and can be asked for again", async () => {
  const load = vi
    .fn<(cursor: string | undefined) => Promise<PageOf<number>>>()
    .mockResolvedValueOnce({ data: [1], next_cursor: "b" })
    .mockRejectedValueOnce(new ApiError("It broke.", 503, "x"))
    .mockResolvedValueOnce({ data: [2], next_cursor: null });
  const { result } = renderHook(() => usePages(load));
  await waitFor(() => expect(result.current.data).toEqual([1]));
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.moreError?.message).toBe("It broke."));
  expect(result.current.data).toEqual([1]);
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.data).toEqual([1, 2]));
  expect(result.current.moreError).toBeUndefined();
});

const PAGES: Record<string, PageOf<number>> = {
  start: { data: [1, 2], next_cursor: "b" },
  b: { data: [3], next_cursor: "c" },
  c: { data: [4], next_cursor: null },
};

test("loaded anew, a list is as long as it was", async () => {
  const load = vi.fn(async (cursor: string | undefined) => PAGES[cursor ?? "start"] as PageOf<number>);
  const { result } = renderHook(() => usePages(load));
  await waitFor(() => expect(result.current.data).toEqual([1, 2]));
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.data).toEqual([1, 2, 3]));
  await act(async () => result.current.reload());
  await waitFor(() => expect(load.mock.calls.map(([cursor]) => cursor)).toEqual([undefined, "b", undefined, "b"]));
  expect(result.current.data).toEqual([1, 2, 3]);
  expect(result.current.hasMore).toBe(true);
});

test("a change made by whoever has waited loses and doubles nothing of what has come meanwhile", async () => {
  const load = vi.fn(async (cursor: string | undefined) => PAGES[cursor ?? "start"] as PageOf<number>);
  const { result } = renderHook(() => usePages(load));
  await waitFor(() => expect(result.current.data).toEqual([1, 2]));
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.data).toEqual([1, 2, 3]));
  const { replace } = result.current;
  act(() => replace((items) => items.map((item) => item * 10)));
  act(() => replace((items) => items.map((item) => item * 10)));
  expect(result.current.data).toEqual([100, 200, 300]);
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.data).toEqual([100, 200, 300, 4]));
});

test("another question neither waits for the next page of the one before nor shows its failure", async () => {
  const late = pending<PageOf<number>>();
  const first = async (cursor: string | undefined) =>
    cursor === undefined ? { data: [1], next_cursor: "b" } : late.promise;
  const second = async (cursor: string | undefined) => PAGES[cursor ?? "start"] as PageOf<number>;
  const { result, rerender } = renderHook(({ load }) => usePages(load), { initialProps: { load: first } });
  await waitFor(() => expect(result.current.data).toEqual([1]));
  act(() => result.current.loadMore());
  rerender({ load: second });
  await waitFor(() => expect(result.current.data).toEqual([1, 2]));
  act(() => result.current.loadMore());
  await waitFor(() => expect(result.current.data).toEqual([1, 2, 3]));
  await act(async () => late.fail(new ApiError("It broke.", 500, "x")));
  expect(result.current.moreError).toBeUndefined();
});

test("what a click does is done once at a time, and says why it failed", async () => {
  const call = pending<string>();
  const act1 = vi.fn(() => call.promise);
  const { result } = renderHook(() => useAction(act1));
  await act(async () => {
    void result.current.run();
    void result.current.run();
  });
  expect(result.current.busy).toBe(true);
  expect(act1).toHaveBeenCalledOnce();
  await act(async () => call.fail(new ApiError("No.", 409, "conflict")));
  expect(result.current).toMatchObject({ busy: false });
  expect(result.current.error?.message).toBe("No.");
});
