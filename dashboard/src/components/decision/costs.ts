import type { Schemas } from "../../api/client";

type Log = Schemas["Log"];
export type PriceBand = Schemas["OfferedPriceBand"];

export interface CostClass {
  name: string;
  /** null: not reported */
  tokens: number | null;
  /** Micro-USD per million tokens; null: no price is known */
  price: number | null;
  costNanousd: number | null;
}

/**
 * What each class of tokens costs at a price. Cached and written tokens are parts of the input, reasoning is a part of
 * the output and priced with it: nothing is charged twice. What a provider bills apart from what was used replaces it.
 *
 * Source: core/money.py, `cost_nanousd`.
 */
export function costClassesOf(log: Log, bands: readonly PriceBand[] | null): CostClass[] {
  const band = bandOf(bands, Math.max(0, log.input_tokens ?? 0));
  const one = (name: string, tokens: number | null, price: number | null | undefined): CostClass => ({
    name,
    tokens,
    price: price ?? null,
    costNanousd: tokens === null || price == null ? null : (tokens * price) / 1000,
  });
  return [...inputClasses(log, band, one), ...outputClasses(log, band, one)];
}

type Make = (name: string, tokens: number | null, price: number | null | undefined) => CostClass;

function inputClasses(log: Log, band: PriceBand | undefined, one: Make): CostClass[] {
  if (log.billed_input_tokens !== null) return [one("Billed input", log.billed_input_tokens, band?.input)];
  if (log.input_tokens === null) return [one("Input", null, band?.input)];
  const whole = Math.max(0, log.input_tokens);
  const cached = partOf(whole, log.cached_input_tokens);
  const written = partOf(whole - cached, log.cache_write_tokens);
  const classes = [one("Input", whole - cached - written, band?.input)];
  if (log.cached_input_tokens !== null)
    classes.push(one("Cached input", cached, band && (band.cached_input ?? band.input)));
  if (log.cache_write_tokens !== null)
    classes.push(one("Cache write", written, band && (band.cache_write ?? band.input)));
  return classes;
}

function outputClasses(log: Log, band: PriceBand | undefined, one: Make): CostClass[] {
  if (log.billed_output_tokens !== null) return [one("Billed output", log.billed_output_tokens, band?.output)];
  if (log.output_tokens === null) return [one("Output", null, band?.output)];
  const whole = Math.max(0, log.output_tokens);
  const reasoning = partOf(whole, log.reasoning_tokens);
  const classes = [one("Output", whole - reasoning, band?.output)];
  if (log.reasoning_tokens !== null) classes.push(one("Reasoning", reasoning, band?.output));
  return classes;
}

/** Whether the parts add up to what was recorded; rounding is to whole nano-USD. */
export function addsUp(classes: readonly CostClass[], recordedNanousd: number): boolean {
  const sum = classes.reduce((total, each) => total + (each.costNanousd ?? 0), 0);
  return Math.abs(sum - recordedNanousd) <= 1;
}

function bandOf(bands: readonly PriceBand[] | null, inputTokens: number): PriceBand | undefined {
  let chosen = bands?.[0];
  for (const band of bands?.slice(1) ?? []) if (inputTokens > band.above_input_tokens) chosen = band;
  return chosen;
}

function partOf(whole: number, part: number | null): number {
  return part === null ? 0 : Math.min(Math.max(0, part), whole);
}
