import { describe, expect, test } from "vitest";
import { addsUp, costClassesOf, type PriceBand } from "./costs";
import { summaryOf } from "./summary";
import { attemptOf, candidateOf, logOf } from "./testLog";
import { ownTimeMs, spansOf } from "./timing";

const failed = attemptOf({
  outcome: "status",
  status: 529,
  verdict: "RETRYABLE",
  first_byte_ms: null,
  duration_ms: 40,
});
const second = attemptOf({ number: 2, provider: "anthropic", model: "claude", started_ms: 50, duration_ms: 70 });

describe("a decision in a sentence", () => {
  test("names the first that answered, and says that it was first", () => {
    expect(summaryOf(logOf())).toBe(
      "“gpt-4o” means chat/default. 2 candidates, ordered by default (nobody chose one). openai/gpt-4o answered: it was first.",
    );
  });

  test("names who failed before the one that answered", () => {
    const log = logOf({ attempts: [failed, second], provider: "anthropic", model: "claude" });
    expect(summaryOf(log)).toContain("openai/gpt-4o failed (status 529), then anthropic/claude answered.");
  });

  test("says why nobody was asked", () => {
    const log = logOf({ decision: null, attempts: [], provider: null, model: null, outcome: "rejected", status: 404 });
    expect(summaryOf({ ...log, error_code: "model_not_found" })).toBe(
      "“gpt-4o” was refused. Nobody knows this name, or no provider key has it.",
    );
  });

  test("says that there was only one", () => {
    const log = logOf();
    const decision = log.decision && { ...log.decision, candidates: [candidateOf()] };
    expect(summaryOf({ ...log, decision })).toBe(
      "“gpt-4o” means chat/default. openai/gpt-4o answered: it was the only candidate.",
    );
  });
});

describe("attempts on a line of time", () => {
  test("lie where they were noted, and the rest is the gateway's own time", () => {
    const { spans, wholeMs } = spansOf(logOf({ attempts: [failed, second] }));
    expect(spans).toEqual([
      { startMs: 4, firstByteMs: null, endMs: 44 },
      { startMs: 50, firstByteMs: 150, endMs: 120 },
    ]);
    expect(wholeMs).toBe(120);
    expect(ownTimeMs(spans, wholeMs)).toBe(10);
  });

  test("of a stream the last goes on to the request's end", () => {
    const streamed = logOf({ streaming: true, duration_ms: 900, attempts: [attemptOf({ duration_ms: 100 })] });
    expect(spansOf(streamed).spans).toEqual([{ startMs: 4, firstByteMs: 104, endMs: 900 }]);
  });

  test("without a noted start lie one behind the other", () => {
    const attempts = [failed, second].map((attempt) => ({ ...attempt, started_ms: null }));
    expect(spansOf(logOf({ attempts })).spans.map((span) => span.startMs)).toEqual([0, 40]);
  });
});

describe("cost by class of tokens", () => {
  const BAND: PriceBand = {
    above_input_tokens: 0,
    input: 2_500_000,
    cached_input: 250_000,
    cache_write: null,
    output: 10_000_000,
  };
  const named = (change: Parameters<typeof logOf>[0], bands: PriceBand[] | null = [BAND]) =>
    Object.fromEntries(costClassesOf(logOf(change), bands).map((each) => [each.name, [each.tokens, each.costNanousd]]));

  test("input and output", () => {
    expect(named({})).toEqual({ Input: [100, 250_000], Output: [50, 500_000] });
    expect(addsUp(costClassesOf(logOf(), [BAND]), 750_000)).toBe(true);
    expect(addsUp(costClassesOf(logOf(), [BAND]), 700_000)).toBe(false);
  });

  test("cached and written tokens are parts of the input; without a price of their own they cost what input does", () => {
    expect(named({ cached_input_tokens: 40, cache_write_tokens: 10 })).toMatchObject({
      Input: [50, 125_000],
      "Cached input": [40, 10_000],
      "Cache write": [10, 25_000],
    });
  });

  test("parts that contradict the whole are cut to it", () => {
    expect(named({ cached_input_tokens: 400, cache_write_tokens: 10 })).toMatchObject({
      Input: [0, 0],
      "Cached input": [100, 25_000],
      "Cache write": [0, 0],
    });
  });

  test("reasoning is a part of the output", () => {
    expect(named({ reasoning_tokens: 30 })).toMatchObject({ Output: [20, 200_000], Reasoning: [30, 300_000] });
  });

  test("what a provider bills apart replaces what was used", () => {
    expect(named({ billed_input_tokens: 10, cached_input_tokens: 90, billed_output_tokens: 60 })).toEqual({
      "Billed input": [10, 25_000],
      "Billed output": [60, 600_000],
    });
  });

  test("long inputs have the price of their band", () => {
    const dearer = { ...BAND, above_input_tokens: 200_000, input: 5_000_000 };
    expect(named({ input_tokens: 200_000 }, [BAND, dearer]).Input).toEqual([200_000, 500_000_000]);
    expect(named({ input_tokens: 200_001 }, [BAND, dearer]).Input).toEqual([200_001, 1_000_005_000]);
  });

  test("without a price or a count there is no cost", () => {
    expect(named({ output_tokens: null }, null)).toEqual({ Input: [100, null], Output: [null, null] });
  });
});
