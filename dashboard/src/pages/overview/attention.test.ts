import { describe, expect, test } from "vitest";
import { type Facts, troubleOf } from "./attention";

const NOW_MS = Date.parse("2026-11-21T00:00:00Z");

function facts(changed: { [Name in keyof Facts]?: unknown } = {}): Facts {
  const key = { vendor: "openai", label: "", enabled: true, discovery_error: null };
  const settings = {
    quota_requests_month: null,
    quota_tokens_month: null,
    own_quota_requests_month: null,
    own_quota_tokens_month: null,
    used_requests_month: 0,
    used_tokens_month: 0,
  };
  const usual = {
    health: [],
    providerKeys: [key],
    settings,
    apiKeys: [],
    suspended: false,
    unpriced: [],
    nowMs: NOW_MS,
  };
  return { ...usual, ...changed } as Facts;
}

function apiKey(spent: number, budget: number | null, status = "active") {
  return {
    name: "web",
    status,
    created_at: "2026-01-01T00:00:00Z",
    spent_nanousd_month: spent,
    budget_nanousd_month: budget,
  };
}

const texts = (changed: Parameters<typeof facts>[0]) => troubleOf(facts(changed)).map((trouble) => trouble.text);

describe("what needs attention", () => {
  test("is nothing when all is well", () => {
    expect(texts({ apiKeys: [apiKey(7e9, 10e9), apiKey(5, null)] })).toEqual([]);
  });

  test("is a provider key that is not asked, with its reason; the worst comes first", () => {
    const health = [
      { vendor: "groq", label: "", state: "degraded", reason: "13 % failed." },
      { vendor: "openai", label: "main", state: "quarantined", reason: "The secret was refused." },
      { vendor: "mistral", label: "", state: "healthy", reason: "It answers." },
    ];
    expect(texts({ health })).toEqual([
      "The key of openai (main) is not asked. The secret was refused.",
      "The key of groq has trouble. 13 % failed.",
    ]);
  });

  test("is a list of models that failed, but not of a key that is switched off", () => {
    const key = { vendor: "openai", label: "", discovery_error: "status 401" };
    const providerKeys = [
      { ...key, enabled: true },
      { ...key, vendor: "groq", enabled: false },
    ];
    expect(texts({ providerKeys })).toEqual(["The models of the key of openai could not be listed: status 401"]);
  });

  test("is a budget used to four fifths, with the day it ends", () => {
    const [text] = texts({ apiKeys: [apiKey(8e9, 10e9)] });
    expect(text).toMatch(/“web” is used to 80%\. At this pace it ends on .*26/);
  });

  test("is a budget that is used up, but not one of nothing, nor that of a revoked key", () => {
    const apiKeys = [apiKey(10e9, 10e9), apiKey(0, 0), apiKey(10e9, 10e9, "revoked")];
    expect(texts({ apiKeys })).toEqual(["The budget of $10.00 a month of the API key “web” is used up."]);
  });

  test("is a quota near its end, the smaller one of the operators' and one's own", () => {
    const settings = {
      quota_requests_month: 1000,
      own_quota_requests_month: 100,
      used_requests_month: 90,
      quota_tokens_month: null,
      own_quota_tokens_month: null,
    };
    expect(texts({ settings })[0]).toMatch(/quota of 100 requests is used to 90%\. At this pace it ends on/);
  });

  test("is the demo model alone, or no provider at all", () => {
    const demo = { vendor: "local", label: "demo", enabled: true, discovery_error: null };
    expect(texts({ providerKeys: [demo] })[0]).toMatch(/demo model, tiny and often wrong, is the only provider/);
    expect(texts({ providerKeys: [{ ...demo, enabled: false }] })[0]).toMatch(/no provider key that is switched on/);
  });

  test("is what has no price, and a suspension", () => {
    expect(texts({ unpriced: ["a", "b"], suspended: true })).toEqual([
      "This workspace is suspended: no request is answered until an operator ends that.",
      "2 models without a price: a, b. Their requests are missing in the cost.",
    ]);
  });
});
