import type { ChatBody } from "../../api/gateway";

export const LANGUAGES = [
  { value: "curl", label: "curl" },
  { value: "python", label: "Python" },
  { value: "typescript", label: "TypeScript" },
] as const;
export type Language = (typeof LANGUAGES)[number]["value"];

export interface RequestInCode {
  /** With `/v1` */
  baseUrl: string;
  body: ChatBody;
  /** `X-Perpetuo-Route` and the like */
  headers: Record<string, string>;
}

/**
 * The request as something to paste: it asks exactly this, and takes the key from OPENAI_API_KEY.
 *
 * Whatever is in the request stays text: every value is a JSON string first, and that is quoted for the language.
 */
export function codeOf(language: Language, request: RequestInCode): string {
  return WRITERS[language](request);
}

const WRITERS: Record<Language, (request: RequestInCode) => string> = {
  curl: ({ baseUrl, body, headers }) =>
    [
      `curl -N ${shellWord(`${baseUrl}/chat/completions`)}`,
      '-H "Authorization: Bearer $OPENAI_API_KEY"',
      ...Object.entries({ "Content-Type": "application/json", ...headers }).map(
        ([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`,
      ),
      `-d ${shellWord(literal(body, JSON_STYLE))}`,
    ].join(" \\\n  "),
  python: ({ baseUrl, body, headers }) =>
    `import os

from openai import OpenAI

client = OpenAI(base_url=${text(baseUrl)}, api_key=os.environ["OPENAI_API_KEY"])
stream = client.chat.completions.create(
${Object.entries(body)
  .map(([name, value]) => `    ${name}=${literal(value, PYTHON_STYLE, 1)},\n`)
  .join("")}${Object.keys(headers).length > 0 ? `    extra_headers=${literal(headers, PYTHON_STYLE, 1)},\n` : ""})
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`,
  typescript: ({ baseUrl, body, headers }) =>
    `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${text(baseUrl)}, apiKey: process.env.OPENAI_API_KEY });
const stream = await client.chat.completions.create(
  ${literal(body, SCRIPT_STYLE, 1, 2)},${
    Object.keys(headers).length > 0 ? `\n  { headers: ${literal(headers, SCRIPT_STYLE, 1, 2)} },` : ""
  }
);
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`,
};

interface Style {
  words: { true: string; false: string; null: string };
  name(name: string): string;
}

const JSON_STYLE: Style = { words: { true: "true", false: "false", null: "null" }, name: text };
const PYTHON_STYLE: Style = { words: { true: "True", false: "False", null: "None" }, name: text };
const SCRIPT_STYLE: Style = {
  words: JSON_STYLE.words,
  name(name) {
    // Written as a name it would set the prototype instead of a field.
    if (name === "__proto__") return '["__proto__"]';
    return /^[A-Za-z_]\w*$/.test(name) ? name : text(name);
  },
};

/** A value of JSON, indented; short lists and objects of plain values stay on their line. */
function literal(value: unknown, style: Style, depth = 0, width = depth === 0 ? 2 : 4): string {
  if (value === null || value === undefined) return style.words.null;
  if (typeof value === "boolean") return value ? style.words.true : style.words.false;
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return text(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((each) => literal(each, style, depth + 1, width))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => `${style.name(name)}: ${literal(each, style, depth + 1, width)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return open + close;
  const inline = `${open}${isList ? parts.join(", ") : ` ${parts.join(", ")} `}${close}`;
  if (inline.length <= 60 && !inline.includes("\n")) return isList || style !== PYTHON_STYLE ? inline : tight(inline);
  const inner = " ".repeat(width * (depth + 1));
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${" ".repeat(width * depth)}${close}`;
}

/** Python writes `{"a": 1}` without the spaces inside. */
function tight(inline: string): string {
  return `{${inline.slice(2, -2)}}`;
}

/**
 * A string in double quotes as JSON, Python and TypeScript all read it.
 *
 * What would change how the code looks to whoever reads it (directions of writing, ends of lines, control characters)
 * is escaped.
 */
function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** One word of a POSIX shell, whatever is in it. */
function shellWord(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Images are left out of code: as data they would be thousands of lines of it. */
export function withoutImageData(body: ChatBody): { body: ChatBody; replaced: number } {
  let replaced = 0;
  const messages = body.messages.map((message) => {
    if (message.role !== "user" || typeof message.content === "string") return message;
    const content = message.content.map((part) => {
      if (part.type !== "image_url" || !part.image_url.url.startsWith("data:")) return part;
      replaced += 1;
      const type = /^data:([a-z0-9.+/-]{1,40});/i.exec(part.image_url.url)?.[1] ?? "image/png";
      return { ...part, image_url: { url: `data:${type};base64,YOUR_IMAGE` } };
    });
    return { ...message, content };
  });
  return { body: { ...body, messages }, replaced };
}
