import { expect, test } from "vitest";
import { groupsOf, inOrder, isSameOrder, moved, type ProviderKey, sortedByPriority } from "./order";

const key = (id: string, priority: number, created = "2026-01-01T00:00:00Z") =>
  ({ id, priority, created_at: created }) as ProviderKey;

test("one is moved to another place, and never beyond the ends", () => {
  expect(moved(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 1, -5)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 1, Number.POSITIVE_INFINITY)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "b", "c"]);
});

test("what is not in the list moves nothing", () => {
  expect(moved(["a", "b"], -1, 0)).toEqual(["a", "b"]);
  expect(moved([], 0, 0)).toEqual([]);
});

test("neighbours of one priority are one group", () => {
  const groups = groupsOf([key("a", 1), key("b", 100), key("c", 100), key("d", 200)]);
  expect(groups.map((group) => [group.priority, group.keys.map((each) => each.id)])).toEqual([
    [1, ["a"]],
    [100, ["b", "c"]],
    [200, ["d"]],
  ]);
});

test("a saved order gives equals places of their own, from 1 on", () => {
  const keys = [key("a", 100), key("b", 100), key("c", 100)];
  const ordered = inOrder(keys, ["c", "a", "b"]);
  expect(ordered.map((each) => [each.id, each.priority])).toEqual([
    ["c", 1],
    ["a", 2],
    ["b", 3],
  ]);
  expect(groupsOf(ordered)).toHaveLength(3);
});

test("after a change of priority the list is as the server has it: equals by age", () => {
  const sorted = sortedByPriority([
    key("young", 10, "2026-02-01T00:00:00Z"),
    key("last", 20),
    key("old", 10, "2026-01-01T00:00:00Z"),
  ]);
  expect(sorted.map((each) => each.id)).toEqual(["old", "young", "last"]);
});

test("only another order is one to be saved", () => {
  expect(isSameOrder(["a", "b"], ["a", "b"])).toBe(true);
  expect(isSameOrder(["a", "b"], ["b", "a"])).toBe(false);
  expect(isSameOrder(["a"], ["a", "b"])).toBe(false);
});
