import { describe, expect, test } from "vitest";
import { monthOf, paceOf } from "./pace";

const ELEVENTH_MS = Date.parse("2026-11-11T00:00:00Z");

describe("a month's pace", () => {
  test("goes on as it did since the first", () => {
    const pace = paceOf(10, 100, ELEVENTH_MS);
    expect(pace).toEqual({ atEnd: 30, runsOutAtMs: null, share: 0.1 });
  });

  test("tells the moment at which the limit is reached", () => {
    expect(paceOf(50, 60, ELEVENTH_MS).runsOutAtMs).toBe(Date.parse("2026-11-13T00:00:00Z"));
  });

  test("counts from when the key was made, if that was this month", () => {
    expect(paceOf(10, 100, ELEVENTH_MS, Date.parse("2026-11-10T00:00:00Z")).atEnd).toBe(210);
    expect(paceOf(10, 100, ELEVENTH_MS, Date.parse("2026-09-10T00:00:00Z")).atEnd).toBe(30);
  });

  test("is not told after a few hours", () => {
    expect(paceOf(1, 100, Date.parse("2026-11-01T05:00:00Z")).atEnd).toBeNull();
  });

  test("is over when the limit is reached, and when it is nothing", () => {
    expect(paceOf(7, 7, ELEVENTH_MS)).toEqual({ atEnd: 7, runsOutAtMs: ELEVENTH_MS, share: 1 });
    expect(paceOf(0, 0, ELEVENTH_MS).share).toBe(1);
  });

  test("ends with the year in December", () => {
    expect(monthOf(Date.parse("2026-12-31T23:59:59Z")).endMs).toBe(Date.UTC(2027, 0, 1));
  });
});
