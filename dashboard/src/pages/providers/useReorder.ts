import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { isSameOrder, moved } from "./order";

export interface Reorder {
  /** As they stand now: while one is moved, with it at its new place. */
  ids: readonly string[];
  /** Which one is being moved. */
  pickedId: string | undefined;
  /** To be read aloud. */
  announcement: string;
  /** Of the grip of a row. */
  gripProps(id: string): {
    onKeyDown(event: KeyboardEvent): void;
    onPointerDown(event: PointerEvent): void;
    onBlur(): void;
  };
  /** At once, as a menu does it. */
  move(id: string, by: number): void;
}

export interface Wanted {
  ids: readonly string[];
  nameOf(id: string): string;
  onOrder(ids: string[]): void;
  /** Where the rows are, px from the top of the window. */
  rowTops(): { id: string; middle: number }[];
}

interface Picked {
  id: string;
  ids: readonly string[];
  by: "keyboard" | "pointer";
}

/**
 * Moves rows by pointer or by keyboard: Space picks one up and drops it, the arrows move it, Escape puts it back.
 * The order is handed out once it is dropped somewhere else.
 */
export function useReorder({ ids, nameOf, onOrder, rowTops }: Wanted): Reorder {
  const [picked, setPicked] = useState<Picked>();
  const [announcement, setAnnouncement] = useState("");
  const say = (id: string, how: string, among: readonly string[]) =>
    setAnnouncement(`${nameOf(id)}: ${how} ${among.indexOf(id) + 1} of ${among.length}.`);

  const place = (now: Picked, to: number) => {
    const next = moved(now.ids, now.ids.indexOf(now.id), to);
    if (isSameOrder(next, now.ids)) return;
    setPicked({ ...now, ids: next });
    say(now.id, "at place", next);
  };
  const drop = (now: Picked) => {
    setPicked(undefined);
    say(now.id, "dropped at place", now.ids);
    if (!isSameOrder(now.ids, ids)) onOrder([...now.ids]);
  };
  const cancel = (now: Picked) => {
    setPicked(undefined);
    say(now.id, "not moved, at place", ids);
  };
  usePointer(picked, { place, drop, cancel, rowTops });

  const keyDown = (id: string, event: KeyboardEvent) => {
    const now = picked?.id === id ? picked : undefined;
    const steps = STEPS[event.key];
    if (event.key === " " || event.key === "Enter") {
      if (now !== undefined) drop(now);
      else {
        setPicked({ id, ids, by: "keyboard" });
        say(id, "picked up, the arrows move it, Space drops it, Escape puts it back. At place", ids);
      }
    } else if (now !== undefined && event.key === "Escape") cancel(now);
    else if (now !== undefined && steps !== undefined) place(now, now.ids.indexOf(id) + steps);
    else return;
    event.preventDefault();
  };
  return {
    ids: picked?.ids ?? ids,
    pickedId: picked?.id,
    announcement,
    gripProps: (id) => ({
      onKeyDown: (event) => keyDown(id, event),
      onPointerDown: (event) => {
        if (event.button === 0) setPicked({ id, ids, by: "pointer" });
      },
      onBlur: () => {
        if (picked?.id === id && picked.by === "keyboard") cancel(picked);
      },
    }),
    move: (id, by) => {
      const next = moved(ids, ids.indexOf(id), ids.indexOf(id) + by);
      if (isSameOrder(next, ids)) return;
      say(id, "moved to place", next);
      onOrder(next);
    },
  };
}

const STEPS: Record<string, number> = {
  ArrowUp: -1,
  ArrowDown: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

interface Does {
  place(now: Picked, to: number): void;
  drop(now: Picked): void;
  cancel(now: Picked): void;
  rowTops: Wanted["rowTops"];
}

/** Follows the pointer wherever it goes: a row that changes its place in the document loses a captured one. */
function usePointer(picked: Picked | undefined, does: Does): void {
  const latest = useRef({ picked, does });
  latest.current = { picked, does };
  const isDragged = picked?.by === "pointer";
  useEffect(() => {
    if (!isDragged) return;
    const abort = new AbortController();
    const on = (name: string, act: (now: Picked, event: Event) => void) =>
      window.addEventListener(
        name,
        (event) => {
          if (latest.current.picked !== undefined) act(latest.current.picked, event);
        },
        { signal: abort.signal },
      );
    on("pointermove", (now, event) => {
      const y = (event as globalThis.PointerEvent).clientY;
      const others = latest.current.does.rowTops().filter((row) => row.id !== now.id);
      latest.current.does.place(now, others.filter((row) => row.middle < y).length);
    });
    on("pointerup", (now) => latest.current.does.drop(now));
    on("pointercancel", (now) => latest.current.does.cancel(now));
    on("keydown", (now, event) => {
      if ((event as globalThis.KeyboardEvent).key === "Escape") latest.current.does.cancel(now);
    });
    return () => abort.abort();
  }, [isDragged]);
}
