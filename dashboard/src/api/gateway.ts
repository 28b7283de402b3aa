import { type Answer, NO_ANSWER, type ToolCall, withChunk } from "./answer";
import { SseTooLarge, sseDecoder } from "./sse";

/**
 * The gateway itself, `/v1`, asked as an application would ask it: with an API key, in OpenAI's shapes.
 *
 * By fetch and not by Axios as the control plane: an answer is read while it arrives, and nothing is renewed or retried.
 */

export type Part = { type: "text"; text: string } | { type: "image_url"; image_url: { url: string } };
export type Message =
  | { role: "system"; content: string }
  | { role: "user"; content: string | Part[] }
  | { role: "assistant"; content: string | null; tool_calls?: ToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

/** A body of POST /v1/chat/completions; fields that we do not know travel on. */
export interface ChatBody {
  model: string;
  messages: Message[];
  [field: string]: unknown;
}

/** What the `x-perpetuo-*` headers say of an answer. */
export interface Telling {
  requestId: string;
  provider: string | null;
  model: string | null;
  strategy: string | null;
  /** null: nobody was asked */
  attempts: number | null;
  fallback: boolean;
  /** `none`, `strategy`, `priority`, `fallback` */
  substituted: string | null;
  notice: string | null;
  /** Fields of the request that the provider could not carry. */
  dropped: string[];
}

export interface Asked {
  key: string;
  /** As `X-Perpetuo-Route` */
  strategy?: string;
  /** As `X-Perpetuo-Substitution` */
  substitution?: string;
  signal?: AbortSignal;
  /** Called with the answer as far as it has come, as often as bytes arrive. */
  onProgress?(answer: Answer, telling: Telling): void;
}

export interface Answered {
  answer: Answer;
  telling: Telling;
  /** Whoever asked has stopped it; what had come is kept. */
  stopped: boolean;
  /** Until the first token, as this browser saw it; null: none came */
  firstByteMs: number | null;
  durationMs: number;
}

/** Why the gateway did not answer. `status` 0: it can not be reached; 200: the stream failed after it had begun. */
export class GatewayError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly param: string | null,
    readonly telling: Telling | null,
  ) {
    super(message);
    this.name = "GatewayError";
  }
}

/** Streams one answer. Throws GatewayError; being stopped by `signal` is no error. */
export async function askChat(body: ChatBody, asked: Asked): Promise<Answered> {
  const startedMs = performance.now();
  let answer = NO_ANSWER;
  let telling: Telling | null = null;
  let firstByteMs: number | null = null;
  const sinceStart = () => performance.now() - startedMs;
  try {
    const reply = await post(body, asked);
    telling = tellingOf(reply.headers);
    if (reply.status !== 200 || reply.body === null) throw errorOf(parsed(await reply.text()), reply.status, telling);
    for await (const chunk of chunksOf(reply.body, telling)) {
      answer = withChunk(answer, chunk);
      if (firstByteMs === null && hasContent(answer)) firstByteMs = sinceStart();
      asked.onProgress?.(answer, telling);
    }
    return { answer, telling, stopped: false, firstByteMs, durationMs: sinceStart() };
  } catch (error) {
    if (asked.signal?.aborted) {
      return { answer, telling: telling ?? UNTOLD, stopped: true, firstByteMs, durationMs: sinceStart() };
    }
    throw gatewayError(error, telling);
  }
}

export interface ServedModel {
  id: string;
  intent: string;
  tier: string | null;
  /** Whether a provider key has this very model; else another one of its tier answers. */
  exact: boolean;
}

/** Every name that this API key may ask for. Throws GatewayError, and AbortError when `signal` says so. */
export async function listModels(key: string, signal?: AbortSignal): Promise<ServedModel[]> {
  try {
    const reply = await fetch("/v1/models", { headers: { Authorization: `Bearer ${key}` }, signal, ...OWN_KEY_ONLY });
    const body = parsed(await reply.text());
    if (!reply.ok) throw errorOf(body, reply.status, null);
    const rows = (body as { data?: unknown } | null | undefined)?.data;
    return Array.isArray(rows) ? rows.map(servedModel).filter((model) => model.id !== "") : [];
  } catch (error) {
    throw gatewayError(error, null);
  }
}

/** The session's cookie has no business there. */
const OWN_KEY_ONLY = { credentials: "omit", cache: "no-store" } as const;

function post(body: ChatBody, { key, strategy, substitution, signal }: Asked): Promise<Response> {
  return fetch("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify(body),
    signal,
    ...OWN_KEY_ONLY,
    headers: {
      Authorization: `Bearer ${key}`,
      "Content-Type": "application/json",
      ...(strategy ? { "X-Perpetuo-Route": strategy } : {}),
      ...(substitution ? { "X-Perpetuo-Substitution": substitution } : {}),
    },
  });
}

/** The chunks of a stream up to `[DONE]`. Throws GatewayError for an error in it, and for an end without `[DONE]`. */
async function* chunksOf(stream: ReadableStream<Uint8Array>, telling: Telling): AsyncGenerator<unknown> {
  const reader = stream.getReader();
  const decoder = sseDecoder();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) throw new GatewayError(CUT, 200, "stream_cut", null, telling);
      for (const { data } of decoder.feed(value)) {
        if (data === "[DONE]") return;
        const chunk = parsed(data);
        if (chunk === undefined) throw new GatewayError(UNREADABLE, 200, "stream_unreadable", null, telling);
        if ((chunk as { error?: unknown } | null)?.error) throw errorOf(chunk, 200, telling);
        yield chunk;
      }
    }
  } finally {
    // Of a stream that ended or was stopped there is nothing to cancel; that it fails then is of no interest.
    reader.cancel().catch(() => undefined);
  }
}

const CUT = "The answer broke off: the connection ended before the stream did. What was received is incomplete.";
const UNREADABLE = "The answer can not be read: the stream holds something else than JSON.";
const UNREACHABLE = "The gateway can not be reached. Is it running, and are you online?";
const LOST = "The connection to the gateway was lost. What was received is incomplete.";
const UNTOLD: Telling = {
  requestId: "",
  provider: null,
  model: null,
  strategy: null,
  attempts: null,
  fallback: false,
  substituted: null,
  notice: null,
  dropped: [],
};

export function tellingOf(headers: Headers): Telling {
  const header = (name: string) => {
    const value = headers.get(`x-perpetuo-${name}`);
    return value === null ? null : decoded(value);
  };
  const attempts = header("attempts");
  return {
    requestId: header("request-id") ?? "",
    provider: header("provider"),
    model: header("model"),
    strategy: header("strategy"),
    attempts: attempts === null ? null : Number(attempts),
    fallback: header("fallback") === "true",
    substituted: header("substituted"),
    notice: header("notice"),
    dropped: header("dropped")?.split(", ") ?? [],
  };
}

/** The gateway percent-encodes what is not ASCII; a percent sign of a name's own is left as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function errorOf(body: unknown, status: number, telling: Telling | null): GatewayError {
  const error = (body as { error?: Record<string, unknown> } | null | undefined)?.error;
  const text = (name: string) => (typeof error?.[name] === "string" ? (error[name] as string) : null);
  return new GatewayError(
    text("message") ?? `The gateway answered with status ${status}.`,
    status,
    text("code") ?? "unknown",
    text("param"),
    telling,
  );
}

function gatewayError(error: unknown, telling: Telling | null): unknown {
  if (error instanceof GatewayError) return error;
  if (error instanceof SseTooLarge) return new GatewayError(UNREADABLE, 200, "stream_unreadable", null, telling);
  if (!(error instanceof TypeError)) return error;
  if (telling !== null) return new GatewayError(LOST, 200, "connection_lost", null, telling);
  return new GatewayError(UNREACHABLE, 0, "offline", null, null);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function hasContent(answer: Answer): boolean {
  return answer.text !== "" || answer.reasoning !== "" || answer.refusal !== "" || answer.toolCalls.length > 0;
}

function servedModel(row: unknown): ServedModel {
  const { id, perpetuo } = row as { id?: unknown; perpetuo?: { intent?: unknown; tier?: unknown; exact?: unknown } };
  return {
    id: typeof id === "string" ? id : "",
    intent: typeof perpetuo?.intent === "string" ? perpetuo.intent : "chat",
    tier: typeof perpetuo?.tier === "string" ? perpetuo.tier : null,
    exact: Array.isArray(perpetuo?.exact) && perpetuo.exact.length > 0,
  };
}
