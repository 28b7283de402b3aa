/** An answer put together from the chunks of its stream, as far as it has come. */
export interface Answer {
  text: string;
  reasoning: string;
  refusal: string;
  toolCalls: ToolCall[];
  /** `stop`, `length`, `tool_calls`, `content_filter`, … */
  finishReason: string | null;
  usage: AnswerUsage | null;
}

export interface ToolCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

export interface AnswerUsage {
  inputTokens: number | null;
  outputTokens: number | null;
}

export const NO_ANSWER: Answer = {
  text: "",
  reasoning: "",
  refusal: "",
  toolCalls: [],
  finishReason: null,
  usage: null,
};

/** More calls than any model makes at once; a stream says their numbers, and a wrong one must not make a huge list. */
const MAX_TOOL_CALLS = 128;

/** The answer with one more chunk of it. Fields that are missing or of another type are passed over. */
export function withChunk(answer: Answer, chunk: unknown): Answer {
  const next = { ...answer };
  const usage = objectOf(objectOf(chunk).usage);
  if (usage.prompt_tokens !== undefined || usage.completion_tokens !== undefined) {
    next.usage = { inputTokens: numberOf(usage.prompt_tokens), outputTokens: numberOf(usage.completion_tokens) };
  }
  for (const each of listOf(objectOf(chunk).choices)) {
    const choice = objectOf(each);
    // Of several answers (`n`) only the first is shown.
    if (choice.index !== undefined && choice.index !== 0) continue;
    const delta = objectOf(choice.delta);
    next.text += textOf(delta.content);
    next.reasoning += textOf(delta.reasoning_content) || textOf(delta.reasoning);
    next.refusal += textOf(delta.refusal);
    for (const call of listOf(delta.tool_calls)) next.toolCalls = withToolCall(next.toolCalls, objectOf(call));
    if (typeof choice.finish_reason === "string") next.finishReason = choice.finish_reason;
  }
  return next;
}

/** Calls come in parts: the first has the name, the following ones more of the arguments, told apart by `index`. */
function withToolCall(calls: ToolCall[], part: Record<string, unknown>): ToolCall[] {
  const index = typeof part.index === "number" ? part.index : calls.length;
  if (!Number.isInteger(index) || index < 0 || index >= MAX_TOOL_CALLS) return calls;
  const next = [...calls];
  while (next.length <= index) next.push({ id: "", type: "function", function: { name: "", arguments: "" } });
  const before = next[index] as ToolCall;
  const called = objectOf(part.function);
  next[index] = {
    id: before.id || textOf(part.id),
    type: "function",
    function: {
      name: before.function.name + textOf(called.name),
      arguments: before.function.arguments + textOf(called.arguments),
    },
  };
  return next;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
