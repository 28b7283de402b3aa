import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { ChatBody } from "../../api/gateway";
import { codeOf, type Language, withoutImageData } from "./code";

/** What somebody may type who wants the code to do something else. */
const HOSTILE = "'; touch /tmp/owned; ' \" \\ ` $(id) $HOME !! \n\r\t\u0000 # */ {{ }} \u2028 \u202e 😀 é </script>";
const BODY: ChatBody = {
  model: `a'b"${"$"}{c}`,
  messages: [
    { role: "system", content: "Short." },
    { role: "user", content: HOSTILE },
  ],
  stream: true,
  temperature: 0.5,
  stop: null,
  tools: JSON.parse('[{"type":"function","function":{"name":"f","parameters":{"__proto__":{"x":[]},"a-b":true}}}]'),
};
const REQUEST = { baseUrl: "http://127.0.0.1:3000/v1", body: BODY, headers: { "X-Perpetuo-Route": "cheapest" } };

/** The code between `start` and the end of the call, as a program that prints what it was given. */
function run(command: string, args: string[], input?: string): string {
  const { stdout, status, stderr } = spawnSync(command, args, { input, encoding: "utf8", timeout: 20_000 });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

describe("whatever is in a request, the code asks exactly it", () => {
  test("curl, read by a shell", () => {
    const code = codeOf("curl", REQUEST);
    const given = run(
      "sh",
      ["-s"],
      `curl() { for each; do printf '%s\\0' "$each"; done; }\nOPENAI_API_KEY=pk_1\n${code}`,
    );
    const words = given.split("\0");
    expect(words.slice(0, 2)).toEqual(["-N", "http://127.0.0.1:3000/v1/chat/completions"]);
    expect(words).toContain("Authorization: Bearer pk_1");
    expect(words).toContain("X-Perpetuo-Route: cheapest");
    expect(JSON.parse(words.at(-2) ?? "")).toEqual(BODY);
  });

  test("Python, read by Python", () => {
    const code = codeOf("python", REQUEST);
    const given = run("python3", ["-"], `${PYTHON_STAND_IN}\n${code.replace("from openai import OpenAI", "")}`);
    const { extra_headers, ...body } = JSON.parse(given);
    expect(extra_headers).toEqual({ "X-Perpetuo-Route": "cheapest" });
    expect(body).toEqual(BODY);
  });

  test("TypeScript, read by Node", () => {
    const code = codeOf("typescript", REQUEST).replace('import OpenAI from "openai";', SCRIPT_STAND_IN);
    const [body, options] = JSON.parse(run(process.execPath, ["--input-type=module", "-"], code));
    expect(options).toEqual({ headers: { "X-Perpetuo-Route": "cheapest" } });
    expect(body).toEqual(BODY);
  });
});

const PYTHON_STAND_IN = `
import json, os
os.environ["OPENAI_API_KEY"] = "pk_1"
class OpenAI:
    def __init__(self, base_url, api_key):
        self.chat = self.completions = self
    def create(self, **what):
        print(json.dumps(what))
        return []
`;
const SCRIPT_STAND_IN = `
class OpenAI {
  constructor() { this.chat = { completions: { create: async (...what) => { console.log(JSON.stringify(what)); return []; } } }; }
}
`;

test("what would change how code looks is written as an escape", () => {
  for (const language of ["curl", "python", "typescript"] as Language[]) {
    expect(codeOf(language, REQUEST)).not.toMatch(/[\u2028\u202e\0]/);
  }
});

test("the key is never in the code", () => {
  for (const language of ["curl", "python", "typescript"] as Language[]) {
    expect(codeOf(language, REQUEST)).toContain("OPENAI_API_KEY");
    expect(codeOf(language, REQUEST)).not.toContain("pk_");
  }
});

test("short code is short", () => {
  const body = { model: "gpt-4", messages: [{ role: "user" as const, content: "Say hello." }], stream: true };
  expect(codeOf("python", { ...REQUEST, body, headers: {} })).toBe(`import os

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:3000/v1", api_key=os.environ["OPENAI_API_KEY"])
stream = client.chat.completions.create(
    model="gpt-4",
    messages=[{"role": "user", "content": "Say hello."}],
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`);
});

test("images are left out, and counted", () => {
  const image = { type: "image_url" as const, image_url: { url: `data:image/webp;base64,${"A".repeat(9_000)}` } };
  const { body, replaced } = withoutImageData({ model: "m", messages: [{ role: "user", content: [image] }] });
  expect(replaced).toBe(1);
  expect(JSON.stringify(body)).toContain("data:image/webp;base64,YOUR_IMAGE");
});
