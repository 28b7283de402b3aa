import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { curlOf, pasteable, shellQuoted } from "./curl";

const LOG = {
  endpoint: "chat.completions",
  requested_model: "gpt-4o",
  strategy: "cheapest",
  strategy_source: "header",
  streaming: false,
};

const HOSTILE = [
  "it's",
  "'; echo owned; echo '",
  "$(echo owned) `echo owned` $HOME $PERPETUO_API_KEY",
  "back\\slash \\' \\\\",
  "@/etc/passwd",
  "line\nbreak\n\n",
  '"double" !history ~ * ? [a] {b,c} #',
  "שלום 🤖",
  "",
];

/** The words that a POSIX shell makes of a command that begins with `curl`, without running anything. */
function wordsOf(command: string): string[] {
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }\n${command}`;
  const env = { PATH: process.env.PATH ?? "", PERPETUO_API_KEY: "pk_test" };
  return execFileSync("sh", ["-c", script], { encoding: "utf8", env }).split("\0").slice(0, -1);
}

describe("a shell reads back what was recorded", () => {
  test.each(HOSTILE)("%j", (text) => {
    expect(wordsOf(`curl ${shellQuoted(text)}`)).toEqual([text]);
    const body = JSON.stringify({ model: text, messages: [{ role: "user", content: text }] });
    const words = wordsOf(curlOf({ ...LOG, requested_model: text }, body, "http://localhost:3000"));
    expect(words.slice(0, 2)).toEqual(["http://localhost:3000/v1/chat/completions", "-H"]);
    expect(words.at(-2)).toBe("--data-raw");
    expect(JSON.parse(words.at(-1) ?? "")).toEqual(JSON.parse(body));
  });
});

test("the key stays a variable of the shell's, and the route goes along where the client chose it", () => {
  const command = curlOf(LOG, null, "http://localhost:3000");
  expect(command).toContain('"Authorization: Bearer $PERPETUO_API_KEY"');
  expect(wordsOf(command)).toContain("X-Perpetuo-Route: cheapest");
  expect(curlOf({ ...LOG, strategy_source: "workspace" }, null, "http://x")).not.toContain("X-Perpetuo-Route");
});

test("without a recorded body it asks for the same model, and streams where the client did", () => {
  const body = (change: Partial<typeof LOG>) =>
    JSON.parse(wordsOf(curlOf({ ...LOG, ...change }, null, "http://x")).at(-1) ?? "");
  expect(body({ streaming: true })).toEqual({
    model: "gpt-4o",
    messages: [{ role: "user", content: "Hello" }],
    stream: true,
  });
  expect(body({ endpoint: "embeddings" })).toEqual({ model: "gpt-4o", input: "Hello" });
});

test("what would steer a terminal or turn the text is escaped, and means the same", () => {
  const body = '{\t"a": "\u009b31m\u202eabc\u200b\u2028", "big": 12345678901234567890}\r\n';
  const pasted = pasteable(body) ?? "";
  expect(pasted).toBe('{ "a": "\\u009b31m\\u202eabc\\u200b\\u2028", "big": 12345678901234567890} \n');
  expect(JSON.parse(pasted)).toEqual(JSON.parse(body));
});

test("a body that is no JSON is not pasted: it may hold anything", () => {
  expect(pasteable('{"a": "\u001b[201~ rm -rf"}')).toBeNull();
  expect(curlOf(LOG, "not json \u001b[201~", "http://x")).not.toContain("\u001b");
});
