import { expect, test } from "vitest";
import { partsOf } from "./answerText";

const text = (words: string) => ({ kind: "text", text: words, language: "" });
const code = (words: string, language = "") => ({ kind: "code", text: words, language });

test.each([
  ["plain text stays as it is", "a\n\nb", [text("a\n\nb")]],
  ["a fence begins and ends code", "a\n```py\nx = 1\n```\nb", [text("a"), code("x = 1", "py"), text("b")]],
  ["a fence that is not closed yet goes to the end", "```\nx\n  y", [code("x\n  y")]],
  ["a longer fence holds a shorter one", "````\n```\nx\n```\n````", [code("```\nx\n```")]],
  ["tildes are fences too", "~~~\n```\n~~~", [code("```")]],
  ["HTML is text", "<img src=x onerror=alert(1)>", [text("<img src=x onerror=alert(1)>")]],
  ["nothing has no parts", "", []],
])("%s", (_, answer, parts) => {
  expect(partsOf(answer)).toEqual(parts);
});
