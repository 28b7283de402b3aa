// OpenAI's npm client against the gateway of test_openai_node.py. The job on stdin, one JSON object on stdout; an
// exception is the failure.
//
//   node check.mjs CHECK

import { text } from "node:stream/consumers";

import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";

const job = JSON.parse(await text(process.stdin));
const { model, tools } = job;
const messages = [{ role: "user", content: "go" }];
const client = new OpenAI({ baseURL: job.base_url, apiKey: job.api_key, maxRetries: 0 });
const forecast = z.object({
  city: z.string(),
  days: z.array(z.object({ date: z.string(), rain_mm: z.number().nullable() })),
  is_certain: z.boolean(),
});

const calls = (message) =>
  (message.tool_calls ?? []).map((call) => [call.function.name, JSON.parse(call.function.arguments)]);

// The completion; of a stream, what the client's own accumulator makes of the chunks.
async function ask(messages, { stream, ...options }) {
  if (!stream) return client.chat.completions.create({ model, messages, ...options });
  const asked = { model, messages, stream_options: { include_usage: true }, ...options };
  return client.chat.completions.stream(asked).finalChatCompletion();
}

// As ../conversation.py has it.
async function converse(stream) {
  const urls = [`data:image/png;base64,${job.image_base64}`, ...(job.image_url ? [job.image_url] : [])];
  const images = urls.map((url) => ({ type: "image_url", image_url: { url } }));
  const history = [{ role: "user", content: [{ type: "text", text: job.question }, ...images] }];
  const first = await ask(history, { stream: true });
  history.push(first.choices[0].message, { role: "user", content: "Use the tools." });
  const second = await ask(history, { stream, tools });
  const asked = second.choices[0].message;
  history.push(asked);
  for (const call of asked.tool_calls) {
    history.push({ role: "tool", tool_call_id: call.id, content: job.results[call.function.name] });
  }
  const third = await ask(history, { stream, tools });
  return {
    answers: [first.choices[0].message.content, third.choices[0].message.content],
    calls: asked.tool_calls.map((call) => [call.id, call.function.name, call.function.arguments]),
    usage: [first, second, third].map(({ usage }) => [usage.prompt_tokens, usage.completion_tokens]),
  };
}

async function structured(stream) {
  const asked = { model, messages, response_format: zodResponseFormat(forecast, "forecast") };
  const completion = stream
    ? await client.chat.completions.stream(asked).finalChatCompletion()
    : await client.chat.completions.parse(asked);
  return completion.choices[0].message.parsed;
}

async function failure(act) {
  try {
    await act();
  } catch (error) {
    return {
      class: error.constructor.name,
      isApiError: error instanceof OpenAI.APIError,
      status: error.status ?? null,
      code: error.code ?? null,
      param: error.param ?? null,
      type: error.type ?? null,
    };
  }
  throw new Error("no error was raised");
}

const checks = {
  async conversation() {
    return {
      whole: await converse(false),
      streamed: await converse(true),
      structured: [await structured(false), await structured(true)],
    };
  },

  async chat() {
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
    const choice = data.choices[0];
    return {
      text: choice.message.content,
      finish_reason: choice.finish_reason,
      usage: data.usage,
      provider: response.headers.get("x-perpetuo-provider"),
    };
  },

  async stream() {
    const stream = await client.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = "";
    let finish_reason = null;
    let usage = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      finish_reason = chunk.choices[0]?.finish_reason ?? finish_reason;
      usage = chunk.usage ?? usage;
    }
    return { text, finish_reason, usage };
  },

  async tools() {
    const whole = await client.chat.completions.create({ model, messages, tools });
    const streamed = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    return { whole: calls(whole.choices[0].message), streamed: calls(streamed.choices[0].message) };
  },

  async results() {
    const first = await client.chat.completions.create({ model, messages, tools });
    const asked = first.choices[0].message;
    const results = asked.tool_calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "sunny" }));
    const second = await client.chat.completions.create({
      model,
      messages: [...messages, asked, ...results, { role: "user", content: '[[lab {"script": "text"}]]' }],
      tools,
    });
    return { text: second.choices[0].message.content };
  },

  async errors() {
    const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: "pk_" + "00".repeat(24), maxRetries: 0 });
    return {
      key: await failure(() => stranger.chat.completions.create({ model, messages })),
      model: await failure(() => client.chat.completions.create({ model: model + "x", messages })),
      value: await failure(() => client.chat.completions.create({ model, messages, temperature: "warm" })),
    };
  },

  async broken_stream() {
    let text = "";
    const error = await failure(async () => {
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    });
    return { text, error };
  },

  async embeddings() {
    const ask = (options) =>
      client.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"], ...options });
    const packed = await ask({});
    const plain = await ask({ encoding_format: "float" });
    return {
      packed: packed.data.map((row) => row.embedding),
      plain: plain.data.map((row) => row.embedding),
    };
  },

  async models() {
    const names = [];
    for await (const row of client.models.list()) names.push(row.id);
    return { names, one: (await client.models.retrieve(model)).id };
  },
};

console.log(JSON.stringify(await checks[process.argv[2]]()));
