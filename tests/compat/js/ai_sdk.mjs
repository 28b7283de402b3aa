// Vercel's AI SDK holding the conversation of ../conversation.py; the job on stdin, what it ended up with on stdout.
//
//   node ai_sdk.mjs compatible|openai   @ai-sdk/openai-compatible, or @ai-sdk/openai in chat mode

import { text } from "node:stream/consumers";

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const job = JSON.parse(await text(process.stdin));
const gateway = { baseURL: job.base_url, apiKey: job.api_key };
const providers = {
  compatible: () =>
    createOpenAICompatible({
      name: "perpetuo",
      includeUsage: true,
      supportsStructuredOutputs: true,
      // Otherwise the SDK fetches the image itself and sends its bytes.
      supportedUrls: () => ({ "image/*": [/^https?:/] }),
      ...gateway,
    })(job.model),
  openai: () => createOpenAI(gateway).chat(job.model),
};
const model = providers[process.argv[2]]();

const tools = {
  get_weather: tool({
    description: "The weather of the next days.",
    inputSchema: z.object({ city: z.string(), days: z.number().int() }),
    execute: async () => job.results.get_weather,
  }),
  get_time: tool({ inputSchema: z.object({}), execute: async () => job.results.get_time }),
};
const forecast = z.object({
  city: z.string(),
  days: z.array(z.object({ date: z.string(), rain_mm: z.number().nullable() })),
  is_certain: z.boolean(),
});

// The text of the last step, every step's calls and usage, and the messages to go on with.
async function ask(messages, { stream, ...options }) {
  const asked = { model, messages, maxRetries: 0, ...options };
  let error;
  const result = stream ? streamText({ ...asked, onError: (event) => (error = event.error) }) : await generateText(asked);
  if (stream) {
    let streamed = "";
    for await (const part of result.fullStream) {
      if (part.type === "start-step") streamed = "";
      if (part.type === "text-delta") streamed += part.text;
    }
    if (error) throw error;
    if (streamed !== (await result.text)) throw new Error("the deltas do not add up to the text");
  }
  const steps = await result.steps;
  return {
    text: await result.text,
    calls: steps.flatMap((step) => step.toolCalls.map((call) => [call.toolCallId, call.toolName, call.input])),
    usage: steps.map((step) => [step.usage.inputTokens, step.usage.outputTokens]),
    messages: [...messages, ...(await result.response).messages],
  };
}

async function converse(stream) {
  const images = [{ type: "image", image: job.image_base64, mediaType: "image/png" }];
  if (job.image_url) images.push({ type: "image", image: new URL(job.image_url) });
  const first = await ask([{ role: "user", content: [{ type: "text", text: job.question }, ...images] }], {
    stream: true,
  });
  const second = await ask([...first.messages, { role: "user", content: "Use the tools." }], {
    stream,
    tools,
    stopWhen: stepCountIs(3),
  });
  return {
    answers: [first.text, second.text],
    calls: second.calls,
    usage: [...first.usage, ...second.usage],
  };
}

async function structured() {
  const { output } = await generateText({
    model,
    prompt: "Forecast.",
    maxRetries: 0,
    output: Output.object({ schema: forecast }),
  });
  return output;
}

console.log(
  JSON.stringify({
    whole: await converse(false),
    streamed: await converse(true),
    structured: [await structured()],
  }),
);
