/** Counts, tokens, shares and durations as text. Numbers are grouped as in English, whatever the viewer's language. */

const grouped = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** `1,234,567` */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** `1.2M`: for axes and tiles, with the whole number in the title. */
export function formatCompact(count: number): string {
  return compact.format(count);
}

/** A share of 1 as a percentage: `0%`, `0.4%`, `12%`, `100%`. What is not nothing is not shown as `0%`. */
export function formatShare(share: number): string {
  if (share === 0) return "0%";
  const percent = share * 100;
  if (percent < 0.1) return "<0.1%";
  if (percent > 99.9 && percent < 100) return ">99.9%";
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, "") : Math.round(percent)}%`;
}

/** `0.8 ms`, `340 ms`, `1.24 s`, `2 min 5 s`, `3 h 20 min` */
export function formatDuration(durationMs: number): string {
  if (durationMs < 10) return `${durationMs.toFixed(1)} ms`;
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  const seconds = durationMs / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.5) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

/** `12 bytes`, `3.4 KB`, `1.2 GB` (powers of 1000) */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = "";
  for (unit of units) {
    value /= 1000;
    if (value < 999.95) break;
  }
  return `${value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, "")} ${unit}`;
}

/** `1 request`, `2 requests` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
