import type { Figures } from "../../api/usage";
import type { Measure } from "./query";

/** Integers that add up; percentiles do not. */
const SUMS = [
  "requests",
  "errors",
  "input_tokens",
  "cached_input_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_nanousd",
  "unpriced_requests",
  "fallbacks",
  "substituted",
] as const;

export function measured(
  figures: Pick<Figures, "requests" | "cost_nanousd" | "input_tokens" | "output_tokens">,
  measure: Measure,
) {
  if (measure === "requests") return figures.requests;
  return measure === "cost" ? figures.cost_nanousd : figures.input_tokens + figures.output_tokens;
}

/** Whether groups make up the total exactly, in every figure. Of tags they may not: a request can have several. */
export function addUp(groups: readonly { total: Figures }[], total: Figures): boolean {
  return SUMS.every((name) => groups.reduce((sum, group) => sum + group.total[name], 0) === total[name]);
}

/** Day by day what has been used so far: [1, 2, 3] becomes [1, 3, 6]. */
export function cumulated(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}
