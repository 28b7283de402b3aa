import { describe, expect, test } from "vitest";
import { jsonMistake } from "./jsonMistake";

describe("where a text stops being JSON", () => {
  test.each([
    ['{"a": 1,\n  "b": }', 2, 8, "a value is expected"],
    ['{"a": 1\n  "b": 2}', 2, 3, "a comma or } is expected"],
    ["{'a': 1}", 1, 2, 'a name in "double quotes" is expected'],
    ["['a']", 1, 2, 'strings are written in "double quotes"'],
    ["[1, 2,\n]", 2, 1, "a value is expected"],
    ['["a\nb"]', 1, 4, "the string does not end on its line, or has a wrong escape"],
    ['["\\x"]', 1, 3, "the string does not end on its line, or has a wrong escape"],
    ["[1] 2", 1, 5, "nothing may follow here"],
    ["[1,", 1, 4, "it ends too early: a value is expected"],
    ["[01]", 1, 3, "a comma or ] is expected"],
    ["", 1, 1, "it ends too early: a value is expected"],
  ])("%j", (text, line, column, what) => {
    expect(jsonMistake(text)).toEqual({ line, column, what });
    expect(() => JSON.parse(text)).toThrow();
  });

  test.each(['{"a":[1,-0.5e+3,"\\u00e9\\n\u2028",true,null,{}],"b":""}', " 1 ", '"x"', "[]"])("%j is JSON", (text) => {
    expect(jsonMistake(text)).toBeNull();
    expect(() => JSON.parse(text)).not.toThrow();
  });

  test("what is nested too deeply is refused instead of overflowing", () => {
    expect(jsonMistake("[".repeat(100_000))?.what).toBe("nested more than 100 deep");
  });
});
