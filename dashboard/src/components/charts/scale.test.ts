import { describe, expect, test } from "vitest";
import { labelledIndexes, niceTicks } from "./scale";

describe("ticks are round and reach the largest value", () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [3, [0, 1, 2, 3]],
    [1000, [0, 250, 500, 750, 1000]],
    [1001, [0, 500, 1000, 1500]],
    [Number.NaN, [0, 1]],
  ])("%d", (max, ticks) => {
    expect(niceTicks(max)).toEqual(ticks);
  });
});

test("labels that would touch are left out", () => {
  expect(labelledIndexes(24, 600, 60)).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
  expect(labelledIndexes(3, 600, 60)).toEqual([0, 1, 2]);
  expect(labelledIndexes(5, 10, 60)).toEqual([0]);
});
