import { expect, test } from "vitest";
import { nextPath, withNext } from "./nextPath";

const HERE = window.location.origin;

test.each([
  ["/app/usage", "/app/usage"],
  ["/app/requests?status=failed&since=2026-11-01", "/app/requests?status=failed&since=2026-11-01"],
  ["/app/settings/audit?action=members.remove#top", "/app/settings/audit?action=members.remove#top"],
  [`${HERE}/app/usage`, "/app/usage"],
])("one goes on to %s", (next, path) => {
  expect(nextPath(next)).toBe(path);
});

test.each([
  [null],
  [""],
  ["/"],
  ["/app"],
  ["/application"],
  ["//elsewhere.example/app/usage"],
  ["/\\elsewhere.example/app/usage"],
  ["\\\\elsewhere.example/app/usage"],
  ["https://elsewhere.example/app/usage"],
  ["https:/\\elsewhere.example/app/"],
  [`${HERE.replace("://", "://somebody@")}/app/usage`],
  ["javascript:alert(1)//app/"],
  ["data:text/html,/app/"],
  ["/\t/elsewhere.example/app/usage"],
  ["/app/../docs"],
  ["/app/%2e%2e/v1/models"],
  ["/app/login?next=/app/login"],
  ["/app/signup"],
  ["/app/reset-password#token=x"],
  ["http://[/app/"],
])("one does not go on to %j", (next) => {
  expect(nextPath(next)).toBeNull();
});

test("a link to another page for signing in keeps where one wanted to go", () => {
  expect(withNext("/app/signup", "/app/requests?a=b&c=d")).toBe("/app/signup?next=%2Fapp%2Frequests%3Fa%3Db%26c%3Dd");
  expect(withNext("/app/signup", null)).toBe("/app/signup");
});
