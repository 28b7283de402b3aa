import type { Schemas } from "../../api/client";

type AskedLog = Pick<Schemas["Log"], "endpoint" | "requested_model" | "strategy" | "strategy_source" | "streaming">;

/**
 * A request to be made again from a shell.
 *
 * body: as it was recorded, or null. The key stays a variable: nobody's key is in here.
 */
export function curlOf(log: AskedLog, body: string | null, origin: string): string {
  const isEmbedding = log.endpoint === "embeddings";
  const lines = [
    `curl ${shellQuoted(`${origin}/v1/${isEmbedding ? "embeddings" : "chat/completions"}`)}`,
    '-H "Authorization: Bearer $PERPETUO_API_KEY"',
    `-H ${shellQuoted("Content-Type: application/json")}`,
  ];
  if (log.strategy !== null && log.strategy_source === "header") {
    lines.push(`-H ${shellQuoted(`X-Perpetuo-Route: ${log.strategy}`)}`);
  }
  // `-d` would read a file where the text begins with an @.
  lines.push(`--data-raw ${shellQuoted((body === null ? null : pasteable(body)) ?? minimalBody(log, isEmbedding))}`);
  return lines.join(" \\\n  ");
}

/** One word for a POSIX shell, whatever is in it: inside of single quotes only they themselves mean something. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Recorded JSON that means the same and is harmless when it is pasted: no escape sequences for the terminal, no tab
 * that completes, nothing that turns the direction of the text. Null when it is no JSON: it may then be anything.
 */
export function pasteable(body: string): string | null {
  try {
    JSON.parse(body);
  } catch {
    return null;
  }
  // Between tokens these are blanks; inside of strings JSON allows none of them.
  const blanks = body.replace(/[\t\r]/g, " ");
  // Inside of strings only: so an escape means the same.
  return blanks.replace(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Delete, C1 controls, soft hyphen, zero-width and directional marks, line and paragraph separators. */
const UNSEEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function minimalBody(log: AskedLog, isEmbedding: boolean): string {
  const model = log.requested_model;
  const body = isEmbedding
    ? { model, input: "Hello" }
    : { model, messages: [{ role: "user", content: "Hello" }], ...(log.streaming ? { stream: true } : {}) };
  return pasteable(JSON.stringify(body)) ?? "{}";
}
