import type { Schemas } from "../../api/client";

export type ContentPart = Schemas["ContentPart"];

/** Indented where it is JSON; as it is where it is not, as when its end is missing. */
export function readable(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? JSON.stringify(parsed, null, 2) : text;
  } catch {
    return text;
  }
}

interface Chunk {
  choices?: { message?: { content?: unknown }; delta?: { content?: unknown } }[];
}

/** What the model said: of a whole answer, or of the pieces of a stream. Null when no text is found. */
export function textOfAnswer(answer: string): string | null {
  const chunks = answer.startsWith("data:") || answer.includes("\ndata:") ? dataOf(answer) : [answer];
  const said = chunks.map(contentOf).join("");
  return said === "" ? null : said;
}

function dataOf(stream: string): string[] {
  return stream
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5));
}

function contentOf(chunk: string): string {
  try {
    const choice = (JSON.parse(chunk) as Chunk | null)?.choices?.[0];
    const content = choice?.message?.content ?? choice?.delta?.content;
    return typeof content === "string" ? content : "";
  } catch {
    return "";
  }
}
