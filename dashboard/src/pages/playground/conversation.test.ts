import { describe, expect, test } from "vitest";
import { type AnswerTurn, bodyOf, headersOf, NO_WISHES, openCallsOf, type Turn, type UserTurn } from "./conversation";

const user = (text: string, images: string[] = []): UserTurn => ({
  kind: "user",
  id: text,
  text,
  images,
  lostImages: 0,
});
const answer = (change: Partial<AnswerTurn>): AnswerTurn => ({
  ...{ kind: "answer", id: "a", state: "done", text: "", reasoning: "", toolCalls: [], finishReason: null },
  ...{ inputTokens: null, outputTokens: null, telling: null, firstByteMs: null, durationMs: null, error: null },
  ...change,
});
const CALL = { id: "c1", type: "function" as const, function: { name: "weather", arguments: "{}" } };
const WISHES = { ...NO_WISHES, model: " gpt-4 " };
const messagesOf = (turns: Turn[], system = "") => bodyOf({ ...WISHES, system }, turns)[0].messages;

describe("what is sent of a conversation", () => {
  test("system prompt first, then what was said", () => {
    expect(messagesOf([user("Hi"), answer({ text: "Hello" }), user("Again")], "Be short.")).toEqual([
      { role: "system", content: "Be short." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Again" },
    ]);
  });

  test("answers that failed or were empty are no part of it", () => {
    const error = { message: "No.", code: "x", param: null, status: 502 };
    expect(messagesOf([user("Hi"), answer({ text: "Hal", error }), answer({}), user("Again")])).toHaveLength(2);
  });

  test("images are parts beside the text", () => {
    const url = "data:image/png;base64,AA";
    expect(messagesOf([user("What is this?", [url])])).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url } },
        ],
      },
    ]);
  });

  test("a tool call and its result", () => {
    const turns: Turn[] = [user("Rain?"), answer({ toolCalls: [CALL] })];
    expect(openCallsOf(turns)).toEqual([CALL]);
    turns.push({ kind: "tool", id: "t", callId: "c1", name: "weather", content: "wet" });
    expect(openCallsOf(turns)).toEqual([]);
    expect(messagesOf(turns).slice(1)).toEqual([
      { role: "assistant", content: null, tool_calls: [CALL] },
      { role: "tool", tool_call_id: "c1", content: "wet" },
    ]);
  });
});

describe("parameters", () => {
  test("are sent as numbers, and what is left empty is not sent", () => {
    const [body, wrong] = bodyOf(
      { ...WISHES, temperature: "0.5", maxTokens: "1,000", seed: "-3", stop: "END\n\n##", strategy: "cheapest" },
      [user("Hi")],
    );
    expect(wrong).toEqual({});
    expect(body).toEqual({
      model: "gpt-4",
      messages: [{ role: "user", content: "Hi" }],
      temperature: 0.5,
      max_tokens: 1000,
      seed: -3,
      stop: ["END", "##"],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(headersOf({ ...WISHES, strategy: "cheapest" })).toEqual({ "X-Perpetuo-Route": "cheapest" });
  });

  test("that can not be read are named", () => {
    const [, wrong] = bodyOf(
      {
        ...NO_WISHES,
        temperature: "3",
        topP: "x",
        maxTokens: "1.5",
        stop: "a\nb\nc\nd\ne",
        tools: "{}",
        format: "json_schema",
        schema: "[1,\n2",
      },
      [],
    );
    expect(wrong).toEqual({
      model: "Name an alias or a model.",
      temperature: "A number from 0 to 2, or nothing.",
      topP: "A number from 0 to 1, or nothing.",
      maxTokens: "A whole number from 1 to 10,000,000, or nothing.",
      stop: "Four at most, one a line.",
      tools: "A list of tools is expected: [{…}].",
      schema: "Line 2, column 2: it ends too early: a comma or ] is expected.",
    });
  });

  test("a tool of another form is named by its number", () => {
    const tools = '[{"type": "function", "function": {"name": "a"}}, {"name": "b"}]';
    expect(bodyOf({ ...WISHES, tools }, [])[1].tools).toMatch(/^Tool 2 is not of the form/);
  });
});
