import { expect, test } from "vitest";
import { type Decision, differencesOf, NOTHING_TYPED, parametersOf, read, typedOf } from "./explainer";

test("the address holds the question, and says it again", () => {
  const typed = {
    ...NOTHING_TYPED,
    model: "gpt-4o",
    strategy: "all",
    inputTokens: "2,000",
    needs: ["vision", "tools"],
    strict: true,
    apiKeyId: "k1",
  } as const;
  const address = new URLSearchParams(parametersOf(typed));
  expect(typedOf(address)).toEqual(typed);
  expect(new URLSearchParams(parametersOf(NOTHING_TYPED)).toString()).toBe("");
});

test("what the address has of unknown kinds is as if it was not there", () => {
  const typed = typedOf(new URLSearchParams("strategy=slowest&intent=dance&needs=vision,wings"));
  expect(typed).toEqual({ ...NOTHING_TYPED, needs: ["vision"] });
});

test("comparing all four is asked as all, one strategy as itself, none as the workspace's", () => {
  const asked = (strategy: "all" | "cheapest" | "") => read({ ...NOTHING_TYPED, model: " gpt-4o ", strategy }).question;
  expect(asked("all")).toMatchObject({ model: "gpt-4o", strategy: null, strategies: "all", input_tokens: 500 });
  expect(asked("cheapest")).toMatchObject({ strategy: "cheapest", strategies: null });
  expect(asked("")).toMatchObject({ strategy: null, strategies: null, api_key_id: null, max_output_tokens: null });
});

test("without a model nothing is asked, nor with a size that is no number", () => {
  expect(read(NOTHING_TYPED)).toEqual({ question: undefined, mistakes: {} });
  const wrong = read({ ...NOTHING_TYPED, model: "m", inputTokens: "many", outputTokens: "-1" });
  expect(wrong.question).toBeUndefined();
  expect(Object.keys(wrong.mistakes)).toEqual(["inputTokens", "outputTokens"]);
});

test("a decision is held against default: who is first, in which order, and who at all", () => {
  const decision = (name: string, ids: string[]) =>
    ({
      strategy: { name },
      candidates: ids.map((id) => ({ provider_key_id: id, model: "m" })),
    }) as unknown as Decision;
  expect(
    differencesOf([
      decision("fastest", ["b", "a", "c"]),
      decision("cheapest", ["a", "c", "b"]),
      decision("reliable", ["a", "b"]),
      decision("default", ["a", "b", "c"]),
    ]),
  ).toEqual(["other first", "other order", "other candidates", "same"]);
});
