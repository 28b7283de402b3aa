import { expect, test } from "vitest";
import { missingOf } from "./NewPasswordField";

test.each([
  ["", /^At least 12 characters/],
  ["short", /^5 of at least 12/],
  // One character each for people, two and one code units.
  ["🙂🙂", /^2 of at least 12/],
  ["a\u0308pfel", /^5 of at least 12/],
  ["Ada@Example.com", /address is not a password/],
  ["aaaaaaaaaaaaaa", /five different/],
])("%j lacks something", (password, sentence) => {
  expect(missingOf(password, 12, "ada@example.com")).toMatch(sentence);
});

test("words are enough", () => {
  expect(missingOf("a long walk by the river", 12, "ada@example.com")).toBeNull();
});
