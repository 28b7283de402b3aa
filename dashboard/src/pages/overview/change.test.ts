import { describe, expect, test } from "vitest";
import { changeOfShare, changeOfSum, changeOfValue, formatChange, shareOf } from "./change";

const DAY = { since: "2026-11-24T04:00:00Z", until: "2026-11-25T04:00:00Z" };

describe("a change against the time before", () => {
  test("of a sum counts per hour, so that the hour under way does not look like a fall", () => {
    const times = { ...DAY, nowMs: Date.parse("2026-11-24T16:00:00Z") };
    expect(changeOfSum(50, 100, times)).toEqual({ kind: "relative", by: 0 });
    expect(changeOfSum(100, 100, times)).toEqual({ kind: "relative", by: 1 });
  });

  test("counts the whole time once it is over", () => {
    expect(changeOfSum(50, 100, { ...DAY, nowMs: Date.parse("2026-12-01T00:00:00Z") })?.by).toBe(-0.5);
  });

  test("is none when there was nothing before", () => {
    const nowMs = Date.parse("2026-11-24T16:00:00Z");
    expect(changeOfSum(50, 0, { ...DAY, nowMs })).toBeNull();
    expect(changeOfValue(12, null)).toBeNull();
    expect(changeOfShare(0.2, null)).toBeNull();
    expect(shareOf(0, 0)).toBeNull();
  });

  test.each([
    [{ kind: "relative", by: 0.123 }, "+12%"],
    [{ kind: "relative", by: -0.5 }, "−50%"],
    [{ kind: "relative", by: 0.0001 }, "no change"],
    [{ kind: "relative", by: 41 }, "42 times as much"],
    [{ kind: "points", by: -0.004 }, "−0.4 points"],
    [{ kind: "points", by: 0.02 }, "+2 points"],
  ] as const)("%j is told as %s", (change, text) => {
    expect(formatChange(change)).toBe(text);
  });
});
