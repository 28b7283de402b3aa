import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askChat, GatewayError, listModels, tellingOf } from "./gateway";

const BODY = { model: "gpt-4", messages: [{ role: "user" as const, content: "Hi" }] };
const asked: [string, RequestInit | undefined][] = [];
let reply: () => Response;

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    asked.push([url, init]);
    return reply();
  });
});
afterEach(() => vi.unstubAllGlobals());

function streamOf(...parts: string[]): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  return new Response(stream, { status: 200, headers: { "x-perpetuo-request-id": "r-1", "x-perpetuo-attempts": "2" } });
}

const chunk = (delta: unknown, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
const DONE = "data: [DONE]\n\n";

async function failureOf(response: Response): Promise<GatewayError> {
  reply = () => response;
  const failure = await askChat(BODY, { key: "pk_1" }).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(GatewayError);
  return failure as GatewayError;
}

describe("an answer", () => {
  test("is its chunks put together, with what the headers tell", async () => {
    reply = () =>
      streamOf(
        chunk({ role: "assistant", content: null }),
        chunk({ reasoning_content: "Hm." }),
        chunk({ content: "Hel" }),
        chunk({ content: "lo\u2028" }),
        'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
        'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\n',
        DONE,
      );
    const seen: string[] = [];
    const answered = await askChat(BODY, { key: "pk_1", onProgress: (answer) => seen.push(answer.text) });
    expect(answered.answer).toEqual({
      text: "Hello\u2028",
      reasoning: "Hm.",
      refusal: "",
      toolCalls: [],
      finishReason: "stop",
      usage: { inputTokens: 3, outputTokens: 2 },
    });
    expect(answered.telling).toMatchObject({ requestId: "r-1", attempts: 2 });
    expect(answered.firstByteMs).not.toBeNull();
    expect(seen).toContain("Hel");
  });

  test("has tool calls, put together by their index", async () => {
    reply = () =>
      streamOf(
        chunk({ tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "weather", arguments: "" } }] }),
        chunk({ tool_calls: [{ index: 1, id: "b", function: { name: "time", arguments: "{}" } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '"Oslo"}' } }] }),
        // A number that would make a long list.
        chunk({ tool_calls: [{ index: 10_000, function: { name: "x", arguments: "" } }] }),
        DONE,
      );
    const { answer } = await askChat(BODY, { key: "pk_1" });
    expect(answer.toolCalls).toEqual([
      { id: "a", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } },
      { id: "b", type: "function", function: { name: "time", arguments: "{}" } },
    ]);
  });

  test("is asked for with the key, the strategy and the substitution", async () => {
    reply = () => streamOf(DONE);
    await askChat(BODY, { key: "pk_1", strategy: "cheapest", substitution: "never" });
    const [[url, init] = []] = asked;
    expect(url).toBe("/v1/chat/completions");
    expect(init?.headers).toEqual({
      Authorization: "Bearer pk_1",
      "Content-Type": "application/json",
      "X-Perpetuo-Route": "cheapest",
      "X-Perpetuo-Substitution": "never",
    });
    expect(JSON.parse(init?.body as string)).toEqual(BODY);
  });

  test("that is stopped keeps what had come", async () => {
    const abort = new AbortController();
    reply = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(chunk({ content: "Half" })));
            // As a browser ends the stream of a request that is aborted.
            abort.signal.addEventListener("abort", () => controller.error(abort.signal.reason));
          },
        }),
      );
    const answered = await askChat(BODY, { key: "pk_1", signal: abort.signal, onProgress: () => abort.abort() });
    expect(answered).toMatchObject({ stopped: true, answer: { text: "Half" } });
  });
});

describe("what is no answer is an error with a sentence", () => {
  test("the gateway's own sentence", async () => {
    const body = { error: { message: "The API key is unknown or was revoked.", code: "invalid_api_key", param: null } };
    const headers = { "x-perpetuo-request-id": "r-2" };
    const failure = await failureOf(new Response(JSON.stringify(body), { status: 401, headers }));
    expect(failure).toMatchObject({
      message: "The API key is unknown or was revoked.",
      status: 401,
      code: "invalid_api_key",
    });
    expect(failure.telling?.requestId).toBe("r-2");
  });

  test("a body that is no JSON", async () => {
    const failure = await failureOf(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    expect(failure.message).toBe("The gateway answered with status 502.");
  });

  test("an error within the stream", async () => {
    const failure = await failureOf(
      streamOf(
        chunk({ content: "a" }),
        'data: {"error":{"message":"It broke.","code":"stream_interrupted","param":null}}\n\n',
      ),
    );
    expect(failure).toMatchObject({ message: "It broke.", status: 200, code: "stream_interrupted" });
  });

  test("a stream that ends without [DONE]", async () => {
    expect(await failureOf(streamOf(chunk({ content: "a" })))).toMatchObject({ code: "stream_cut" });
  });

  test("a stream of something else", async () => {
    expect(await failureOf(streamOf("data: hello\n\n"))).toMatchObject({ code: "stream_unreadable" });
  });

  test("no answer at all", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    await expect(askChat(BODY, { key: "pk_1" })).rejects.toMatchObject({ status: 0, code: "offline" });
  });
});

test("headers are read as they are meant, a percent sign of a name's own included", () => {
  expect(tellingOf(new Headers({ "x-perpetuo-model": "caf%C3%A9", "x-perpetuo-provider": "100%" }))).toMatchObject({
    model: "café",
    provider: "100%",
    attempts: null,
  });
});

test("models that are listed without a name are left out", async () => {
  const data = [{ id: "a", perpetuo: { intent: "chat", tier: "fast", exact: ["x/a"] } }, { id: 3 }];
  reply = () => new Response(JSON.stringify({ data }));
  expect(await listModels("pk_1")).toEqual([{ id: "a", intent: "chat", tier: "fast", exact: true }]);
});
