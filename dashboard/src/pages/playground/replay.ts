import { NO_WISHES, newId, STRATEGIES, type Turn, type Wishes } from "./conversation";

/** A logged request, ready to be asked again: what it asked is in the turns and the wishes. */
export interface Replayed {
  wishes: Wishes;
  turns: Turn[];
  /** What of it has no place here: names of fields, in sentences. */
  leftOut: string[];
}

const KNOWN = new Set([
  ...["model", "messages", "temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "tools"],
  ...["response_format", "stream", "stream_options"],
]);

/** Reads the body of a logged request; null when it is no chat request. */
export function replayed(text: string, strategy: string | null): Replayed | null {
  const body = parsed(text);
  if (typeof body.model !== "string" || !Array.isArray(body.messages)) return null;
  const leftOut = Object.keys(body).filter((name) => !KNOWN.has(name));
  const turns: Turn[] = [];
  const system: string[] = [];
  for (const each of body.messages) {
    const message = objectOf(each);
    const [content, images] = contentOf(message.content);
    if (message.role === "system" || message.role === "developer") system.push(content);
    else if (message.role === "user") turns.push({ kind: "user", id: newId(), text: content, images, lostImages: 0 });
    else if (message.role === "assistant") turns.push(answerTurn(content, message.tool_calls));
    else if (message.role === "tool") {
      turns.push({ kind: "tool", id: newId(), callId: String(message.tool_call_id ?? ""), name: "", content });
    }
  }
  return { wishes: { ...wishesOf(body, strategy), system: system.join("\n\n") }, turns, leftOut };
}

function wishesOf(body: Record<string, unknown>, strategy: string | null): Wishes {
  const number = (value: unknown) => (typeof value === "number" ? String(value) : "");
  const format = objectOf(body.response_format);
  const schema = objectOf(format.json_schema).schema;
  const stop = typeof body.stop === "string" ? [body.stop] : Array.isArray(body.stop) ? body.stop : [];
  return {
    ...NO_WISHES,
    model: String(body.model),
    strategy: STRATEGIES.find((each) => each === strategy) ?? "",
    temperature: number(body.temperature),
    topP: number(body.top_p),
    maxTokens: number(body.max_completion_tokens ?? body.max_tokens),
    seed: number(body.seed),
    stop: stop.filter((each) => typeof each === "string").join("\n"),
    tools: Array.isArray(body.tools) ? JSON.stringify(body.tools, null, 2) : "",
    format: format.type === "json_object" || format.type === "json_schema" ? format.type : "text",
    schema: schema === undefined ? "" : JSON.stringify(schema, null, 2),
  };
}

function answerTurn(text: string, calls: unknown): Turn {
  const toolCalls = (Array.isArray(calls) ? calls : []).map((each) => {
    const { id, function: called } = objectOf(each);
    const { name, arguments: given } = objectOf(called);
    return {
      id: String(id ?? ""),
      type: "function" as const,
      function: { name: String(name ?? ""), arguments: String(given ?? "") },
    };
  });
  return {
    kind: "answer",
    id: newId(),
    state: "done",
    text,
    reasoning: "",
    toolCalls,
    finishReason: null,
    inputTokens: null,
    outputTokens: null,
    telling: null,
    firstByteMs: null,
    durationMs: null,
    error: null,
  };
}

/** Its text, and its images. Only data is taken for an image: an address would be asked by this browser. */
function contentOf(content: unknown): [string, string[]] {
  if (typeof content === "string") return [content, []];
  const texts: string[] = [];
  const images: string[] = [];
  for (const each of Array.isArray(content) ? content : []) {
    const part = objectOf(each);
    if (typeof part.text === "string") texts.push(part.text);
    const url = objectOf(part.image_url).url;
    if (typeof url === "string") images.push(url);
  }
  return [texts.join("\n\n"), images];
}

function parsed(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
