import type { Schemas } from "../../api/client";

/** The question of the explainer, as it stands in the address. */
export type Question = Schemas["RouteExplain"];
export type Decision = Schemas["RouteDecision"];
export type StrategyName = "fastest" | "cheapest" | "reliable" | "default";
type Need = NonNullable<Question["needs"]>[number];

/** As the server orders them under `all`. */
export const STRATEGIES: readonly StrategyName[] = ["fastest", "cheapest", "reliable", "default"];
export const NEEDS: readonly { value: Need; label: string }[] = [
  { value: "vision", label: "images" },
  { value: "tools", label: "tools" },
  { value: "json_object", label: "JSON" },
  { value: "json_schema", label: "JSON by a schema" },
  { value: "audio", label: "audio" },
  { value: "files", label: "files" },
];

export interface Typed {
  model: string;
  /** `""`: the workspace's; `all`: one decision for each */
  strategy: StrategyName | "all" | "";
  substitution: "" | "tier" | "fallback" | "never";
  intent: "chat" | "embedding";
  inputTokens: string;
  outputTokens: string;
  needs: readonly Need[];
  strict: boolean;
  apiKeyId: string;
}

export const NOTHING_TYPED: Typed = {
  model: "",
  strategy: "",
  substitution: "",
  intent: "chat",
  inputTokens: "500",
  outputTokens: "",
  needs: [],
  strict: false,
  apiKeyId: "",
};

/** What is in the address and of a known kind; the others are as if nothing was typed. */
export function typedOf(parameters: URLSearchParams): Typed {
  const among = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((each) => each === parameters.get(name)) ?? otherwise;
  const needs = parameters.get("needs")?.split(",") ?? [];
  return {
    model: parameters.get("model") ?? "",
    strategy: among("strategy", [...STRATEGIES, "all", ""], ""),
    substitution: among("substitution", ["tier", "fallback", "never", ""], ""),
    intent: among("intent", ["chat", "embedding"], "chat"),
    inputTokens: parameters.get("input") ?? NOTHING_TYPED.inputTokens,
    outputTokens: parameters.get("output") ?? "",
    needs: NEEDS.map((need) => need.value).filter((need) => needs.includes(need)),
    strict: parameters.get("strict") === "1",
    apiKeyId: parameters.get("api_key") ?? "",
  };
}

/** Only what differs from nothing typed, so that addresses stay short. */
export function parametersOf(typed: Typed): Record<string, string> {
  const all: Record<string, string> = {
    model: typed.model,
    strategy: typed.strategy,
    substitution: typed.substitution,
    intent: typed.intent === "chat" ? "" : typed.intent,
    input: typed.inputTokens === NOTHING_TYPED.inputTokens ? "" : typed.inputTokens,
    output: typed.outputTokens,
    needs: typed.needs.join(","),
    strict: typed.strict ? "1" : "",
    api_key: typed.apiKeyId,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

const MAX_TOKENS = 100_000_000;

export interface Read {
  /** undefined: there is nothing to ask, or something is wrong */
  question: Question | undefined;
  mistakes: Partial<Record<"inputTokens" | "outputTokens", string>>;
}

export function read(typed: Typed): Read {
  const mistakes: Read["mistakes"] = {};
  const input = tokensOf(typed.inputTokens);
  if (input === null) mistakes.inputTokens = "A whole number.";
  const output = typed.outputTokens.trim() === "" ? undefined : tokensOf(typed.outputTokens);
  if (output === null) mistakes.outputTokens = "A whole number, or nothing.";
  const model = typed.model.trim();
  if (model === "" || input === null || output === null) return { question: undefined, mistakes };
  return {
    mistakes,
    question: {
      model,
      strategy: typed.strategy === "" || typed.strategy === "all" ? null : typed.strategy,
      strategies: typed.strategy === "all" ? "all" : null,
      substitution: typed.substitution === "" ? null : typed.substitution,
      intent: typed.intent,
      input_tokens: input,
      max_output_tokens: output ?? null,
      needs: [...typed.needs],
      strict: typed.strict,
      api_key_id: typed.apiKeyId === "" ? null : typed.apiKeyId,
    },
  };
}

function tokensOf(text: string): number | null {
  const digits = text.replaceAll(",", "").trim();
  return /^\d{1,9}$/.test(digits) && Number(digits) <= MAX_TOKENS ? Number(digits) : null;
}

/** How a decision differs from the one under `default`, which the others are held against. */
export type Difference = "same" | "other first" | "other order" | "other candidates";

export function differencesOf(decisions: readonly Decision[]): Difference[] {
  const base = decisions.find((decision) => decision.strategy?.name === "default") ?? decisions[0];
  const basis = base === undefined ? [] : base.candidates.map(idOf);
  return decisions.map((decision) => {
    const ids = decision.candidates.map(idOf);
    if (ids.join("\n") === basis.join("\n")) return "same";
    if (ids[0] !== basis[0]) return "other first";
    return [...ids].sort().join("\n") === [...basis].sort().join("\n") ? "other order" : "other candidates";
  });
}

function idOf(candidate: Schemas["Candidate"]): string {
  return `${candidate.provider_key_id} ${candidate.model}`;
}
