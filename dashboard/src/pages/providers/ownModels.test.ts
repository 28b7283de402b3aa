import { expect, test } from "vitest";
import { draftOf, emptyDraft, microUsdOf, readDrafts, usdOf } from "./ownModels";

const offered = {
  id: "llama-4",
  canonical: "llama-4",
  source: "own",
  intent: "chat",
  tiers: ["default"],
  capabilities: ["tools", "vision"],
  context_tokens: 32_000,
  max_output_tokens: 4_096,
  price: [
    { input: 150_000, output: 600_000, cached_input: 75_000, cache_write: null, above_input_tokens: 0 },
    { input: 300_000, output: 900_000, cached_input: null, cache_write: null, above_input_tokens: 200_000 },
  ],
  price_source: "workspace override",
} as const;

test("a stored model that is not touched is sent as it was, with what the editor does not show", () => {
  const [models, wrong] = readDrafts([
    draftOf({
      ...offered,
      tiers: [...offered.tiers],
      capabilities: [...offered.capabilities],
      price: [...offered.price],
    }),
  ]);
  expect(wrong.size).toBe(0);
  expect(models[0]).toEqual({
    id: "llama-4",
    canonical: "llama-4",
    intent: "chat",
    tiers: ["default"],
    capabilities: ["tools", "vision"],
    context_tokens: 32_000,
    max_output_tokens: 4_096,
    price: offered.price,
  });
});

test("a list price is not made one's own by editing", () => {
  const draft = draftOf({
    ...offered,
    tiers: [],
    capabilities: [],
    price: [...offered.price],
    price_source: "genai-prices 1",
  });
  expect(draft.inputUsd).toBe("");
  expect(readDrafts([draft])[0][0]?.price).toBeNull();
});

test("rows in which nothing was typed are left out", () => {
  expect(readDrafts([emptyDraft(), { ...emptyDraft(), id: " qwen " }])[0].map((model) => model.id)).toEqual(["qwen"]);
});

test("a model named twice, a tier held twice and an embedding with a tier are said at their row", () => {
  const first = { ...emptyDraft(), id: "a", tiers: ["fast"] as const };
  const twice = { ...emptyDraft(), id: "a" };
  const sameTier = { ...emptyDraft(), id: "b", tiers: ["fast"] as const };
  const embedding = { ...emptyDraft(), id: "c", intent: "embedding" as const, tiers: ["cheap"] as const };
  const [, wrong] = readDrafts([first, twice, sameTier, embedding]);
  expect(wrong.has(first.row)).toBe(false);
  expect(wrong.get(twice.row)?.id).toBe("This model is there twice.");
  expect(wrong.get(sameTier.row)?.tiers).toContain("a has the tier fast already");
  expect(wrong.get(embedding.row)?.tiers).toContain("A tier is for chat");
});

test("a price needs both amounts, a context a whole number, and a model its name", () => {
  const draft = { ...emptyDraft(), inputUsd: "0.15", contextTokens: "many" };
  const [, wrong] = readDrafts([draft]);
  expect(Object.keys(wrong.get(draft.row) ?? {}).sort()).toEqual(["contextTokens", "id", "price"]);
});

test("prices are typed in dollars and sent in micro-dollars", () => {
  expect(microUsdOf("0.15")).toBe(150_000);
  expect(microUsdOf("2.5")).toBe(2_500_000);
  expect(microUsdOf("0.000001")).toBe(1);
  expect(microUsdOf("-1")).toBeNull();
  expect(microUsdOf("1e3")).toBeNull();
  expect(usdOf(150_000)).toBe("0.15");
  expect(usdOf(10_000_000)).toBe("10");
});
