import type { ToolCall } from "../../api/answer";
import type { ChatBody, Message, Part, Telling } from "../../api/gateway";
import { type JsonMistake, jsonMistake } from "./jsonMistake";

/** What a column asks with, as it was typed. */
export interface Wishes {
  model: string;
  /** Empty: the workspace's */
  strategy: Strategy | "";
  substitution: "" | "fallback" | "never";
  system: string;
  tools: string;
  temperature: string;
  topP: string;
  maxTokens: string;
  stop: string;
  seed: string;
  format: "text" | "json_object" | "json_schema";
  schema: string;
}

export const STRATEGIES = ["default", "fastest", "cheapest", "reliable"] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface UserTurn {
  kind: "user";
  id: string;
  text: string;
  /** Data URLs */
  images: string[];
  /** Of images that were not kept when the page was loaded again. */
  lostImages: number;
}

export interface AnswerTurn {
  kind: "answer";
  id: string;
  state: "streaming" | "done" | "stopped" | "failed";
  text: string;
  reasoning: string;
  toolCalls: ToolCall[];
  finishReason: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  telling: Telling | null;
  firstByteMs: number | null;
  durationMs: number | null;
  costNanousd?: number | null;
  error: { message: string; code: string; param: string | null; status: number } | null;
}

export interface ToolTurn {
  kind: "tool";
  id: string;
  callId: string;
  name: string;
  content: string;
}

export type Turn = UserTurn | AnswerTurn | ToolTurn;

export interface Column {
  id: string;
  wishes: Wishes;
  turns: Turn[];
}

export const NO_WISHES: Wishes = {
  model: "",
  strategy: "",
  substitution: "",
  system: "",
  tools: "",
  temperature: "",
  topP: "",
  maxTokens: "",
  stop: "",
  seed: "",
  format: "text",
  schema: "",
};

export type Mistakes = Partial<Record<keyof Wishes, string>>;

/** The request that this column would send, and what is wrong with what was typed. */
export function bodyOf(wishes: Wishes, turns: readonly Turn[]): [ChatBody, Mistakes] {
  const wrong: Mistakes = {};
  const body: ChatBody = { model: wishes.model.trim(), messages: messagesOf(wishes.system, turns) };
  if (body.model === "") wrong.model = "Name an alias or a model.";
  const number = (field: keyof Wishes, name: string, least: number, most: number, whole: boolean) => {
    const text = wishes[field].trim();
    if (text === "") return;
    const value = Number(text.replaceAll(",", ""));
    if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isSafeInteger(value))) {
      wrong[field] =
        `${whole ? "A whole number" : "A number"} from ${least} to ${most.toLocaleString("en-US")}, or nothing.`;
    } else body[name] = value;
  };
  number("temperature", "temperature", 0, 2, false);
  number("topP", "top_p", 0, 1, false);
  number("maxTokens", "max_tokens", 1, 10_000_000, true);
  number("seed", "seed", -9_007_199_254_740_991, 9_007_199_254_740_991, true);
  const stop = wishes.stop.split("\n").filter((line) => line !== "");
  if (stop.length > 4) wrong.stop = "Four at most, one a line.";
  else if (stop.length > 0) body.stop = stop;
  const [tools, toolsMistake] = toolsOf(wishes.tools);
  if (toolsMistake !== null) wrong.tools = toolsMistake;
  else if (tools.length > 0) body.tools = tools;
  if (wishes.format === "json_object") body.response_format = { type: "json_object" };
  if (wishes.format === "json_schema") {
    const [schema, mistake] = schemaOf(wishes.schema);
    if (mistake !== null) wrong.schema = mistake;
    else body.response_format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  }
  body.stream = true;
  body.stream_options = { include_usage: true };
  return [body, wrong];
}

export function headersOf(wishes: Wishes): Record<string, string> {
  return {
    ...(wishes.strategy === "" ? {} : { "X-Perpetuo-Route": wishes.strategy }),
    ...(wishes.substitution === "" ? {} : { "X-Perpetuo-Substitution": wishes.substitution }),
  };
}

/** Calls of the last answer that nobody has answered yet: a model goes on only when each has its result. */
export function openCallsOf(turns: readonly Turn[]): ToolCall[] {
  const last = turns.at(-1);
  return last?.kind === "answer" && last.state !== "streaming" && last.error === null ? last.toolCalls : [];
}

/** Without answers that failed or that held nothing: they are no part of what was said. */
function messagesOf(system: string, turns: readonly Turn[]): Message[] {
  const messages: Message[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  for (const turn of turns) {
    if (turn.kind === "user") messages.push({ role: "user", content: userContent(turn) });
    if (turn.kind === "tool") messages.push({ role: "tool", tool_call_id: turn.callId, content: turn.content });
    if (turn.kind === "answer" && turn.error === null && (turn.text !== "" || turn.toolCalls.length > 0)) {
      messages.push({
        role: "assistant",
        content: turn.text === "" ? null : turn.text,
        ...(turn.toolCalls.length > 0 ? { tool_calls: turn.toolCalls } : {}),
      });
    }
  }
  return messages;
}

function userContent({ text, images }: UserTurn): string | Part[] {
  if (images.length === 0) return text;
  const parts: Part[] = images.map((url) => ({ type: "image_url", image_url: { url } }));
  return text === "" ? parts : [{ type: "text", text }, ...parts];
}

function toolsOf(text: string): [unknown[], string | null] {
  if (text.trim() === "") return [[], null];
  const mistake = jsonMistake(text);
  if (mistake !== null) return [[], sentenceOf(mistake)];
  const tools: unknown = JSON.parse(text);
  if (!Array.isArray(tools)) return [[], "A list of tools is expected: [{…}]."];
  for (const [index, tool] of tools.entries()) {
    const named = (tool as { type?: unknown; function?: { name?: unknown } } | null)?.function?.name;
    if ((tool as { type?: unknown } | null)?.type !== "function" || typeof named !== "string" || named === "") {
      return [[], `Tool ${index + 1} is not of the form {"type": "function", "function": {"name": …}}.`];
    }
  }
  return [tools, null];
}

function schemaOf(text: string): [unknown, string | null] {
  const mistake = jsonMistake(text);
  if (mistake !== null) return [null, sentenceOf(mistake)];
  const schema: unknown = JSON.parse(text);
  const isObject = typeof schema === "object" && schema !== null && !Array.isArray(schema);
  return isObject ? [schema, null] : [null, "A JSON schema is an object: {…}."];
}

function sentenceOf({ line, column, what }: JsonMistake): string {
  return `Line ${line}, column ${column}: ${what}.`;
}

let lastNumber = 0;

/** Only to tell turns and columns apart. */
export function newId(): string {
  lastNumber += 1;
  return `${Date.now().toString(36)}-${lastNumber}`;
}
