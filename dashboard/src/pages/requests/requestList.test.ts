import { describe, expect, test } from "vitest";
import { logOf } from "../../components/decision/testLog";
import { type LogPage, PATIENT_PAGES, type RequestList, searchOnward, unknownOf, withNewest } from "./requestList";

const log = (id: string) => logOf({ id });
const listOf = (...ids: string[]): RequestList => ({
  rows: ids.map(log),
  next: "older",
  paused: false,
  trimmed: false,
});
const idsOf = (list: RequestList) => list.rows.map((row) => row.id);

describe("new requests", () => {
  test("come on top, and one that took long comes where it began", () => {
    expect(idsOf(withNewest(listOf("5", "3", "2"), [log("6"), log("4")], 100))).toEqual(["6", "5", "4", "3", "2"]);
  });

  test("that are there already come once", () => {
    expect(unknownOf(listOf("5", "3").rows, [log("5"), log("6")]).map((row) => row.id)).toEqual(["6"]);
    expect(idsOf(withNewest(listOf("5", "3"), [log("5"), log("6")], 100))).toEqual(["6", "5", "3"]);
  });

  test("push the oldest out, and then nothing goes on below them", () => {
    const list = withNewest(listOf("5", "3", "2"), [log("6")], 3);
    expect(idsOf(list)).toEqual(["6", "5", "3"]);
    expect(list).toMatchObject({ next: null, trimmed: true });
  });

  test("none leave the list as it is", () => {
    const list = listOf("5", "3");
    expect(withNewest(list, [], 100)).toBe(list);
  });
});

describe("searching on", () => {
  const pagesOf = (pages: LogPage[]) => {
    const asked: (string | undefined)[] = [];
    const load = async (cursor: string | undefined): Promise<LogPage> => {
      asked.push(cursor);
      return pages[asked.length - 1] ?? { data: [], next_cursor: `c${asked.length}` };
    };
    return { asked, load };
  };

  test("goes through pages that found nothing until there is something to see", async () => {
    const found = Array.from({ length: 20 }, (_, number) => log(`${number}`));
    const { asked, load } = pagesOf([
      { data: [], next_cursor: "a" },
      { data: found, next_cursor: "b" },
    ]);
    expect(await searchOnward(load, undefined)).toEqual({ data: found, next_cursor: "b" });
    expect(asked).toEqual([undefined, "a"]);
  });

  test("ends where there are no more", async () => {
    const { asked, load } = pagesOf([{ data: [log("1")], next_cursor: null }]);
    expect((await searchOnward(load, "x")).next_cursor).toBeNull();
    expect(asked).toEqual(["x"]);
  });

  test("asks before it goes on for ever", async () => {
    const { asked, load } = pagesOf([]);
    expect(await searchOnward(load, undefined)).toEqual({ data: [], next_cursor: `c${PATIENT_PAGES}` });
    expect(asked).toHaveLength(PATIENT_PAGES);
  });
});
