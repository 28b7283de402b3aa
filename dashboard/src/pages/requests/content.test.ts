import { expect, test } from "vitest";
import { readable, textOfAnswer } from "./content";

const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

test("a stream is read as the text that it carried", () => {
  expect(textOfAnswer(`${chunk("Hel")}${chunk("lo")}data: [DONE]\n\n`)).toBe("Hello");
});

test("a stream that was cut inside of a line is read as far as it came", () => {
  expect(textOfAnswer(`${chunk("Hello")}data: {"choices": [{"del`)).toBe("Hello");
});

test("an answer is read as its message; what has none has no text", () => {
  expect(textOfAnswer('{"choices": [{"message": {"content": "Hi"}}]}')).toBe("Hi");
  expect(textOfAnswer('{"data": [{"embedding": [1]}]}')).toBeNull();
  expect(textOfAnswer("null")).toBeNull();
  expect(textOfAnswer("not json")).toBeNull();
});

test("JSON is indented, everything else is as it was", () => {
  expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(readable('{"a":')).toBe('{"a":');
});
