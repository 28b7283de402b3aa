/** Values to places on an axis: pure, so that charts can be tested by numbers. */

/**
 * Round values from 0 to at least `max`, about `count` of them: 0, 250, 500, 750, 1000. leastStep: 1 for what is counted. Of
 * nothing: 0 alone.
 */
export function niceTicks(max: number, leastStep = 0, count = 4): number[] {
  if (!(max > 0)) return [0];
  const rough = Math.max(max / count, leastStep);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const steps = leastStep >= 1 && magnitude < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const step = (steps.find((each) => each * magnitude >= rough) ?? 10) * magnitude;
  const ticks: number[] = [];
  for (let index = 0; index === 0 || (ticks.at(-1) ?? 0) < max; index += 1) ticks.push(index * step);
  return ticks;
}

/** Every nth index, so that labels of `labelPx` do not touch on an axis of `widthPx`. */
export function labelledIndexes(count: number, widthPx: number, labelPx: number): number[] {
  const fits = Math.max(1, Math.floor(widthPx / labelPx));
  const step = Math.max(1, Math.ceil(count / fits));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

/** Room for the labels of an axis at its left, px. */
export function labelRoomPx(labels: readonly string[]): number {
  return Math.max(28, Math.ceil(Math.max(0, ...labels.map((label) => label.length)) * 6.6) + 12);
}

/** `values` in the order of a stack: the `most` largest by their sum, and the others as one. */
export function withRest<T extends { values: readonly (number | null)[] }>(
  all: readonly T[],
  most: number,
  isRest: (each: T) => boolean = () => false,
): { named: T[]; rest: number[] | null } {
  const sum = (each: T) => each.values.reduce<number>((before, value) => before + (value ?? 0), 0);
  const candidates = all.filter((each) => !isRest(each)).sort((a, b) => sum(b) - sum(a));
  const named = candidates.slice(0, most).filter((each) => sum(each) > 0);
  const others = [...candidates.slice(most), ...all.filter(isRest)];
  if (others.every((each) => sum(each) === 0)) return { named, rest: null };
  const length = Math.max(0, ...all.map((each) => each.values.length));
  const rest = Array.from({ length }, (_, index) =>
    others.reduce((before, each) => before + (each.values[index] ?? 0), 0),
  );
  return { named, rest };
}
