// OpenAI's npm client against the gateway of test_openai_node.py. Prints one JSON object; an exception is the failure.
//
//   node check.mjs CHECK   with PERPETUO_BASE_URL, PERPETUO_API_KEY, PERPETUO_MODEL and PERPETUO_TOOLS

import OpenAI from "openai";

const model = process.env.PERPETUO_MODEL;
const tools = JSON.parse(process.env.PERPETUO_TOOLS ?? "[]");
const messages = [{ role: "user", content: "go" }];
const client = new OpenAI({
  baseURL: process.env.PERPETUO_BASE_URL,
  apiKey: process.env.PERPETUO_API_KEY,
  maxRetries: 0,
});

const calls = (message) =>
  (message.tool_calls ?? []).map((call) => [call.function.name, JSON.parse(call.function.arguments)]);

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
