import { expect, test } from "vitest";
import { rangeBefore, rangeOf, startsOf } from "./range";

const NOW_MS = Date.parse("2026-11-25T03:31:41Z");

test.each([
  ["1h", "2026-11-25T02:00:00.000Z", "2026-11-25T04:00:00.000Z", 2],
  ["24h", "2026-11-24T04:00:00.000Z", "2026-11-25T04:00:00.000Z", 24],
  ["7d", "2026-11-19T00:00:00.000Z", "2026-11-26T00:00:00.000Z", 7],
  ["30d", "2026-10-27T00:00:00.000Z", "2026-11-26T00:00:00.000Z", 30],
] as const)("%s is whole hours or days with the one under way", (name, since, until, count) => {
  const range = rangeOf(name, NOW_MS);
  expect([range.since, range.until]).toEqual([since, until]);
  expect(startsOf(range)).toHaveLength(count);
});

test("the range before ends where the range begins, and is as long", () => {
  expect(rangeBefore(rangeOf("7d", NOW_MS))).toEqual({
    since: "2026-11-12T00:00:00.000Z",
    until: "2026-11-19T00:00:00.000Z",
  });
});
