import { describe, expect, test } from "vitest";
import { type Figures, groupName, OTHER, requestsOfGroup, type Usage, valuesOf } from "../../api/usage";
import { rangeOf } from "../../components/range";
import { csv, usageCsv } from "./csv";
import { monthQuery, queryOf, readShown } from "./query";
import { addUp, cumulated, measured } from "./sums";

const NONE = { requests: 0, p50_ms: null, p95_ms: null, p99_ms: null };

function figures(changed: Partial<Figures> = {}): Figures {
  return {
    requests: 0,
    errors: 0,
    input_tokens: 0,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cost_nanousd: 0,
    cost_usd: "0",
    unpriced_requests: 0,
    fallbacks: 0,
    substituted: 0,
    latency: NONE,
    first_byte: NONE,
    ...changed,
  };
}

describe("sums", () => {
  test("add up to the total to the last nano-USD, or it is told", () => {
    const groups = [{ total: figures({ cost_nanousd: 1, requests: 2 }) }, { total: figures({ cost_nanousd: 2 }) }];
    expect(addUp(groups, figures({ cost_nanousd: 3, requests: 2 }))).toBe(true);
    expect(addUp(groups, figures({ cost_nanousd: 4, requests: 2 }))).toBe(false);
    expect(addUp(groups, figures({ cost_nanousd: 3, requests: 2, reasoning_tokens: 1 }))).toBe(false);
  });

  test("of days so far, and by measure", () => {
    expect(cumulated([1, 0, 2])).toEqual([1, 1, 3]);
    const each = figures({ requests: 1, cost_nanousd: 2, input_tokens: 3, output_tokens: 4 });
    expect((["requests", "cost", "tokens"] as const).map((measure) => measured(each, measure))).toEqual([1, 2, 7]);
  });

  test("an interval without requests is nothing, and stands at its place", () => {
    const usage = { since: "2026-11-25T00:00:00Z", until: "2026-11-25T03:00:00Z", interval: "hour" } as const;
    const points = [{ ...figures({ requests: 5 }), start: "2026-11-25T01:00:00Z" }];
    expect(valuesOf(usage, points, (point) => point.requests, 0)).toEqual([0, 5, 0]);
  });
});

describe("CSV", () => {
  test("quotes what has commas, quotes and line breaks", () => {
    expect(csv([["a,b", 'say "x"', "two\nlines", null, 1.5]])).toBe('"a,b","say ""x""","two\nlines",,1.5\r\n');
  });

  test.each([
    ["=1+1", "'=1+1"],
    ["+x", "'+x"],
    ["-x", "'-x"],
    ["@sum", "'@sum"],
    ["\t=1", "'\t=1"],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ["-1.5", "-1.5"],
    ["a=b", "a=b"],
  ])("%j can not be taken for a formula", (text, written) => {
    expect(csv([[text]])).toBe(`${written}\r\n`);
  });

  test("has a line of every group and of the total", () => {
    const usage = {
      since: "2026-11-25T00:00:00Z",
      until: "2026-11-26T00:00:00Z",
      interval: "hour",
      group_by: "api_key",
      total: figures({ requests: 3, cost_nanousd: 7, cost_usd: "0.000000007" }),
      groups: [
        { group: "id-1", total: figures({ requests: 3, cost_nanousd: 7, cost_usd: "0.000000007" }), points: [] },
      ],
      newest_request_at: null,
    } satisfies Usage;
    const lines = usageCsv(usage, "api_key", new Map([["id-1", "=web"]])).split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(
      /^api_key,id-1,'=web,2026-11-25T00:00:00Z,2026-11-26T00:00:00Z,3,0,0,0,0,0,0,7,0\.000000007,/,
    );
    expect(lines[2]).toMatch(/^api_key,,Total,/);
  });
});

describe("what is asked", () => {
  const week = rangeOf("7d", Date.parse("2026-11-25T03:31:41Z"));
  const read = (search: string, range = week) => readShown(new URLSearchParams(search), range);

  test("is in the address; what is no choice does not count", () => {
    expect(read("by=model&measure=tokens&interval=hour&provider=openai&tag=x")).toEqual({
      by: "model",
      measure: "tokens",
      interval: "hour",
      filters: { provider: "openai" },
    });
    expect(read("by=nothing&measure=x&interval=year")).toEqual({
      by: "provider",
      measure: "cost",
      interval: "day",
      filters: {},
    });
  });

  test("a tag is filtered by only where usage is counted by tag", () => {
    expect(read("by=tag&tag=team&provider=openai").filters).toEqual({ tag: "team" });
    expect(read("by=end_user&tag=team&provider=openai").filters).toEqual({});
  });

  test("hours of a short range, so that its sums are of no more than it", () => {
    const day = rangeOf("24h", Date.parse("2026-11-25T03:31:41Z"));
    expect(read("interval=day", day).interval).toBe("hour");
    expect(queryOf(read("by=alias"), week)).toMatchObject({ group_by: "alias", since: week.since, until: week.until });
  });

  test("of a month: whole days until today's end", () => {
    const query = monthQuery({ startMs: Date.UTC(2026, 10, 1) }, Date.parse("2026-11-25T03:31:41Z"));
    expect([query.since, query.until]).toEqual(["2026-11-01T00:00:00.000Z", "2026-11-26T00:00:00.000Z"]);
  });
});

test("groups have names, and links to their requests where there is a filter", () => {
  const names = new Map([["id-1", "web"]]);
  expect(groupName("api_key", "id-1", names)).toBe("web");
  expect(groupName("api_key", "01a210c2-d97e-72a3", names)).toBe("a key that is gone (…97e-72a3)");
  expect(groupName("model", OTHER, names)).toBe("Others");
  expect(groupName("alias", "", names)).toBe("no alias");
  const time = { since: "a", until: "b" };
  expect(requestsOfGroup("api_key", "id-1", time)).toBe("/app/requests?api_key_id=id-1&since=a&until=b");
  expect(requestsOfGroup("alias", "", time)).toBeNull();
});
