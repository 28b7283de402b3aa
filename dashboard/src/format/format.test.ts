import { describe, expect, test } from "vitest";
import { formatUsd, formatUsdExactly, parseUsd } from "./money";
import { formatBytes, formatCompact, formatCount, formatDuration, formatShare, plural } from "./numbers";
import { formatRelative, formatUtc } from "./time";

describe("money has as many digits as it needs", () => {
  test.each([
    [0, "$0.00"],
    [1, "$0.000000001"],
    [42_000, "$0.000042"],
    [123_456, "$0.000123"],
    [1_250_000, "$0.00125"],
    [50_000_000, "$0.05"],
    [999_999_999, "$1.00"],
    [999_400_000, "$0.999"],
    [1_005_000_000, "$1.01"],
    [1_284_500_000_000, "$1,284.50"],
    [9_007_199_254_740_991, "$9,007,199.25"],
    [-42_000, "−$0.000042"],
  ])("%d nano-USD is %s", (nanousd, text) => {
    expect(formatUsd(nanousd)).toBe(text);
  });

  test.each([
    [0, "$0.00"],
    [123_456, "$0.000123456"],
    [1_005_000_001, "$1.005000001"],
  ])("%d nano-USD exactly is %s", (nanousd, text) => {
    expect(formatUsdExactly(nanousd)).toBe(text);
  });

  test.each([
    ["12", 12_000_000_000],
    ["$1,000.25", 1_000_250_000_000],
    [" 0.000000001 ", 1],
    ["5.", 5_000_000_000],
    ["", null],
    ["-1", null],
    ["1e3", null],
    ["0.0000000001", null],
    ["twelve", null],
  ])("%j is read as %s", (typed, nanousd) => {
    expect(parseUsd(typed)).toBe(nanousd);
  });
});

describe("numbers", () => {
  test.each([
    [formatCount(1_234_567), "1,234,567"],
    [formatCompact(1_234_567), "1.2M"],
    [formatShare(0), "0%"],
    [formatShare(0.0004), "<0.1%"],
    [formatShare(0.0042), "0.4%"],
    [formatShare(0.05), "5%"],
    [formatShare(0.1249), "12%"],
    [formatShare(0.9999), ">99.9%"],
    [formatShare(1), "100%"],
    [formatDuration(0.8), "0.8 ms"],
    [formatDuration(340.4), "340 ms"],
    [formatDuration(999.7), "1.00 s"],
    [formatDuration(1_240), "1.24 s"],
    [formatDuration(12_000), "12 s"],
    [formatDuration(125_000), "2 min 5 s"],
    [formatDuration(12_000_000), "3 h 20 min"],
    [formatBytes(12), "12 bytes"],
    [formatBytes(3_400), "3.4 KB"],
    [formatBytes(1_200_000_000), "1.2 GB"],
    [plural(1, "request"), "1 request"],
    [plural(2_000, "request"), "2,000 requests"],
  ])("%s", (shown, text) => {
    expect(shown).toBe(text);
  });
});

describe("time", () => {
  const now = Date.parse("2026-11-25T12:00:00Z");

  test("UTC is shown to the second", () => {
    expect(formatUtc("2026-11-25T02:42:30.595000Z")).toBe("2026-11-25 02:42:30 UTC");
  });

  test.each([
    ["2026-11-25T11:59:55Z", "now"],
    ["2026-11-25T11:59:30Z", "30 seconds ago"],
    ["2026-11-25T11:57:00Z", "3 minutes ago"],
    ["2026-11-25T14:00:00Z", "in 2 hours"],
    ["2026-11-23T12:00:00Z", "2 days ago"],
  ])("%s is %s", (iso, text) => {
    expect(formatRelative(iso, now)).toBe(text);
  });
});
