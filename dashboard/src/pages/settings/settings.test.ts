import { expect, test } from "vitest";
import { browserOf } from "./browserOf";
import { mayGrant, roleChoices } from "./roles";
import { readCount } from "./SettingsForm";

test.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
    "Chrome on Linux",
  ],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iOS"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 15.1; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"],
  ["curl/8.5.0", "curl/8.5.0"],
  ["", "Not told"],
])("%s is shown as %s", (userAgent, shown) => {
  expect(browserOf(userAgent)).toBe(shown);
});

test("nobody is offered to hand on more than they have", () => {
  expect(roleChoices("owner").map((choice) => choice.value)).toEqual(["owner", "admin", "member", "viewer"]);
  expect(roleChoices("admin").map((choice) => choice.value)).toEqual(["admin", "member", "viewer"]);
  expect(mayGrant("admin", "owner")).toBe(false);
  expect(mayGrant("admin", "admin")).toBe(true);
});

test.each([
  ["", null],
  [" 1,000 ", 1000],
  ["0", 0],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e9", undefined],
])("%j is read as the number %j", (typed, count) => {
  expect(readCount(typed)).toBe(count);
});
