/** Values to places on an axis: pure, so that charts can be tested by numbers. */

/** Round values from 0 to at least `max`, about `count` of them: 0, 250, 500, 750, 1000. */
export function niceTicks(max: number, count = 4): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * magnitude >= rough) ?? 10) * magnitude;
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
