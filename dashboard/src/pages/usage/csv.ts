import { type GroupBy, groupName, type Usage } from "../../api/usage";

type Cell = string | number | null;

/** What the table shows, one group a line and the total last. Names of API keys stand beside their ids. */
export function usageCsv(usage: Usage, by: GroupBy, keyNames: ReadonlyMap<string, string> | null): string {
  const lines: Cell[][] = [HEAD];
  for (const group of usage.groups) {
    lines.push([by, group.group, groupName(by, group.group ?? "", keyNames), ...figuresOf(usage, group.total)]);
  }
  lines.push([by, null, "Total", ...figuresOf(usage, usage.total)]);
  return csv(lines);
}

const HEAD = [
  "group_by",
  "group",
  "name",
  "since",
  "until",
  "requests",
  "errors",
  "input_tokens",
  "cached_input_tokens",
  "cache_write_tokens",
  "output_tokens",
  "reasoning_tokens",
  "cost_nanousd",
  "cost_usd",
  "unpriced_requests",
  "fallbacks",
  "substituted",
  "latency_p50_ms",
  "latency_p95_ms",
  "latency_p99_ms",
  "first_byte_p50_ms",
  "first_byte_p95_ms",
];

function figuresOf(usage: Usage, each: Usage["total"]): Cell[] {
  return [
    usage.since,
    usage.until,
    each.requests,
    each.errors,
    each.input_tokens,
    each.cached_input_tokens,
    each.cache_write_tokens,
    each.output_tokens,
    each.reasoning_tokens,
    each.cost_nanousd,
    // A number that is exact as text only.
    each.cost_usd,
    each.unpriced_requests,
    each.fallbacks,
    each.substituted,
    each.latency.p50_ms,
    each.latency.p95_ms,
    each.latency.p99_ms,
    each.first_byte.p50_ms,
    each.first_byte.p95_ms,
  ];
}

/** RFC 4180. Text that a spreadsheet would take for a formula gets an apostrophe before it, as it comes from clients. */
export function csv(lines: readonly (readonly Cell[])[]): string {
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

const FORMULA = /^[=+\-@\t\r\n]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function cell(value: Cell): string {
  if (value === null) return "";
  const text = String(value);
  const safe = typeof value === "string" && FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a text to the browser as a file. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
