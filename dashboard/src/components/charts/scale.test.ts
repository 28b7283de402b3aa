import { describe, expect, test } from "vitest";
import { labelledIndexes, niceTicks, withRest } from "./scale";

describe("ticks are round and reach the largest value", () => {
  test.each([
    [0, [0]],
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [3, [0, 1, 2, 3]],
    [1000, [0, 250, 500, 750, 1000]],
    [1001, [0, 500, 1000, 1500]],
    [Number.NaN, [0]],
  ])("%d", (max, ticks) => {
    expect(niceTicks(max)).toEqual(ticks);
  });
});

test("labels that would touch are left out", () => {
  expect(labelledIndexes(24, 600, 60)).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
  expect(labelledIndexes(3, 600, 60)).toEqual([0, 1, 2]);
  expect(labelledIndexes(5, 10, 60)).toEqual([0]);
});

test("what is counted has no halves on its axis", () => {
  expect(niceTicks(1, 1)).toEqual([0, 1]);
  expect(niceTicks(9, 1)).toEqual([0, 5, 10]);
  expect(niceTicks(1000, 1)).toEqual([0, 250, 500, 750, 1000]);
});

test("a stack of few: the largest by their sum, the others as one, so that the sum stays what it was", () => {
  const all = [1, 5, 3, 2].map((value) => ({ name: String(value), values: [value, value] }));
  const { named, rest } = withRest(all, 2, (each) => each.name === "2");
  expect(named.map((each) => each.name)).toEqual(["5", "3"]);
  expect(rest).toEqual([3, 3]);
});

test("no rest when there is none", () => {
  expect(withRest([{ values: [1] }], 6).rest).toBeNull();
});
