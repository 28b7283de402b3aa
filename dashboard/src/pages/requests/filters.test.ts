import { describe, expect, test } from "vitest";
import {
  chipsOf,
  type Filters,
  NO_FILTERS,
  queryOf,
  readFilters,
  readMinCost,
  readMinDuration,
  writeFilters,
} from "./filters";

const NOW_MS = Date.parse("2026-11-25T12:00:00Z");
const KEY_ID = "01a210b5-aa3b-72c3-9b0b-45a0a2c009fe";

test("filters come back from an address as they went in", () => {
  const filters: Filters = {
    ...NO_FILTERS,
    since: "2026-11-24T00:00:00.000Z",
    until: "2026-11-25T00:00:00.000Z",
    outcome: "client_closed",
    status: "5xx",
    provider: "openai",
    model: "gpt-4o & more=1",
    alias: "team/support#1",
    api_key_id: KEY_ID,
    end_user: '<img src=x onerror="f()">',
    tag: "team=search",
    fallback: true,
    substituted: true,
    min_cost_nanousd: 1_000,
    min_duration_ms: 250,
    request_id: KEY_ID,
  };
  const address = writeFilters(new URLSearchParams("live=1"), filters).toString();
  expect(readFilters(new URLSearchParams(address))).toEqual(filters);
  expect(new URLSearchParams(address).get("live")).toBe("1");
});

test("taking all of them away leaves what is no filter", () => {
  const written = writeFilters(new URLSearchParams("live=1&outcome=failed&fallback=true&range=7d"), NO_FILTERS);
  expect(written.toString()).toBe("live=1");
});

test.each([
  "outcome=exploded",
  "status=700",
  "status=2xxx",
  "api_key_id=1 OR 1",
  "request_id=../../etc",
  "since=yesterday",
  "range=toString",
  "min_cost_nanousd=-1",
  "min_duration_ms=1e99",
  "fallback=maybe",
  "provider=%20",
])("what the server would refuse is no filter: %s", (address) => {
  expect(readFilters(new URLSearchParams(address))).toEqual(NO_FILTERS);
});

describe("as the server is asked", () => {
  test("a range ends now", () => {
    expect(queryOf({ ...NO_FILTERS, range: "24h" }, NOW_MS)).toEqual({ since: "2026-11-24T12:00:00.000Z" });
  });

  test("times of one's own replace a range", () => {
    const filters = readFilters(new URLSearchParams("range=24h&until=2026-11-20T00:00:00Z"));
    expect(queryOf(filters, NOW_MS)).toEqual({ until: "2026-11-20T00:00:00.000Z" });
  });

  test("only what is set goes along", () => {
    expect(queryOf({ ...NO_FILTERS, min_cost_nanousd: 0, fallback: true }, NOW_MS)).toEqual({
      min_cost_nanousd: 0,
      fallback: true,
    });
  });
});

test("chips name what is filtered by, an API key by its name", () => {
  const filters = {
    ...NO_FILTERS,
    range: "7d" as const,
    api_key_id: KEY_ID,
    min_cost_nanousd: 10_000_000,
    min_duration_ms: 2_000,
  };
  expect(chipsOf(filters, () => "web").map((chip) => chip.text)).toEqual([
    "Last 7 days",
    "API key: web",
    "cost at least $0.01",
    "at least 2.00 s",
  ]);
  expect(chipsOf(NO_FILTERS, () => "")).toEqual([]);
});

test.each([
  ["2 s", 2_000],
  ["1.5s", 1_500],
  ["800", 800],
  ["800 ms", 800],
  ["", null],
  ["soon", undefined],
  ["-1", undefined],
])("%j is read as %s milliseconds", (typed, meant) => {
  expect(readMinDuration(typed)).toBe(meant);
});

test.each([
  ["0.01", 10_000_000],
  [" ", null],
  ["a cent", undefined],
])("%j is read as %s nano-USD", (typed, meant) => {
  expect(readMinCost(typed)).toBe(meant);
});
