import type { Schemas } from "../../api/client";

export type OwnModel = Schemas["OwnModel"];
export type Tier = "default" | "premium" | "fast" | "cheap";
export type Capability = Schemas["OfferedModel"]["capabilities"][number];

export const TIERS: readonly Tier[] = ["default", "premium", "fast", "cheap"];
export const CAPABILITIES: readonly { value: Capability; label: string }[] = [
  { value: "vision", label: "images" },
  { value: "tools", label: "tools" },
  { value: "json_object", label: "JSON" },
  { value: "json_schema", label: "JSON by a schema" },
  { value: "audio", label: "audio" },
  { value: "files", label: "files" },
];

/** A row of the editor, as it was typed. */
export interface ModelDraft {
  /** Of the row, not of the model: rows may have the same name while they are typed. */
  row: number;
  id: string;
  intent: "chat" | "embedding" | "";
  tiers: readonly Tier[];
  /** null: whatever is known of it, else everything */
  capabilities: readonly Capability[] | null;
  contextTokens: string;
  /** USD per million tokens */
  inputUsd: string;
  outputUsd: string;
  /** What the editor does not show, of a model that has it: kept. */
  rest: Partial<OwnModel>;
  /** As it was stored. Where the price was not touched, what the editor can not show of it (bands, cache) stays. */
  price: OwnModel["price"];
}

export type ModelMistakes = Partial<Record<"id" | "tiers" | "contextTokens" | "price", string>>;

let lastRow = 0;

export function emptyDraft(): ModelDraft {
  lastRow += 1;
  return {
    row: lastRow,
    id: "",
    intent: "",
    tiers: [],
    capabilities: null,
    contextTokens: "",
    inputUsd: "",
    outputUsd: "",
    rest: {},
    price: null,
  };
}

/** How the server marks a price that was entered with the key. */
const OWN_PRICE = "workspace override";

/** Of one that is stored; a list price is not ours to keep: it changes. */
export function draftOf(model: Schemas["OfferedModel"]): ModelDraft {
  const ownPrice = model.price_source === OWN_PRICE ? model.price : null;
  const band = ownPrice?.[0];
  return {
    ...emptyDraft(),
    id: model.id,
    intent: model.intent,
    tiers: model.tiers,
    capabilities: model.capabilities.length === CAPABILITIES.length ? null : model.capabilities,
    contextTokens: model.context_tokens?.toString() ?? "",
    inputUsd: band === undefined ? "" : usdOf(band.input),
    outputUsd: band === undefined ? "" : usdOf(band.output),
    rest: { canonical: model.canonical, max_output_tokens: model.max_output_tokens },
    price: ownPrice,
  };
}

/** What is sent, and what is wrong with which row. Rows without anything typed are left out. */
export function readDrafts(drafts: readonly ModelDraft[]): [OwnModel[], Map<number, ModelMistakes>] {
  const wrong = new Map<number, ModelMistakes>();
  const ids = new Set<string>();
  const holders = new Map<Tier, string>();
  const models: OwnModel[] = [];
  for (const draft of drafts) {
    if (isEmpty(draft)) continue;
    const mistakes: ModelMistakes = {};
    const model = readDraft(draft, mistakes);
    if (ids.has(model.id)) mistakes.id = "This model is there twice.";
    ids.add(model.id);
    for (const tier of draft.tiers) {
      const holder = holders.get(tier);
      if (holder !== undefined) mistakes.tiers = `${holder} has the tier ${tier} already; a tier holds one model.`;
      else holders.set(tier, model.id);
    }
    if (Object.keys(mistakes).length > 0) wrong.set(draft.row, mistakes);
    models.push(model);
  }
  return [models, wrong];
}

export function isEmpty(draft: ModelDraft): boolean {
  return [draft.id, draft.contextTokens, draft.inputUsd, draft.outputUsd].every((text) => text.trim() === "");
}

function readDraft(draft: ModelDraft, mistakes: ModelMistakes): OwnModel {
  const id = draft.id.trim();
  if (id === "") mistakes.id = "A model needs its name at the provider.";
  if (draft.intent === "embedding" && draft.tiers.length > 0) {
    mistakes.tiers = "A tier is for chat: embeddings of another model can not be compared.";
  }
  const context = draft.contextTokens.replaceAll(",", "").trim();
  if (context !== "" && !/^[1-9]\d{0,8}$/.test(context)) mistakes.contextTokens = "A whole number, or nothing.";
  return {
    ...draft.rest,
    id,
    intent: draft.intent === "" ? null : draft.intent,
    tiers: [...draft.tiers],
    capabilities: draft.capabilities === null ? null : [...draft.capabilities],
    context_tokens: context === "" ? null : Number(context),
    price: readPrice(draft, mistakes),
  };
}

function readPrice(draft: ModelDraft, mistakes: ModelMistakes): OwnModel["price"] {
  const [inputText, outputText] = [draft.inputUsd.trim(), draft.outputUsd.trim()];
  if (inputText === "" && outputText === "") return null;
  const [input, output] = [microUsdOf(inputText), microUsdOf(outputText)];
  if (input === null || output === null) {
    mistakes.price = "Both prices, as amounts such as 0.15, or neither.";
    return null;
  }
  const [first, ...more] = draft.price ?? [];
  return [{ ...first, input, output }, ...more];
}

/** Micro-USD of an amount such as `0.15`; null: none, or more digits than there are. */
export function microUsdOf(typed: string): number | null {
  if (!/^\d{1,5}(\.\d{1,6})?$/.test(typed)) return null;
  return Math.round(Number(typed) * 1e6);
}

/** `0.15` of 150000 micro-USD */
export function usdOf(microUsd: number): string {
  return (microUsd / 1e6).toFixed(6).replace(/\.?0+$/, "");
}
