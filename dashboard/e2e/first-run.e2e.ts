import type { Page } from "playwright-core";
import { expect, expectInConsole, test } from "./harness";

const PASSWORD = "a long walk by the river 50";

async function signUp(page: Page, name: string): Promise<string> {
  await page.getByRole("textbox", { name: /e-?mail/i }).fill(`${name}-${Date.now()}@example.com`);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: /sign up|create/i }).click();
  const key = await page.getByTestId("secret").textContent();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "Start here" }).waitFor();
  return key ?? "";
}

test("from signing up to a revoked key: a provider, a key, an answer, its decision, a 401", async ({
  open,
  backend,
}) => {
  const page = await open("/app/signup");
  await signUp(page, "first-run");

  await page.getByRole("textbox", { name: "Key at OpenAI" }).fill(backend.vendors.spare.secret);
  await page.getByLabel(/Base URL/).fill(backend.vendors.spare.base_url);
  await page.getByRole("button", { name: "Test and add" }).click();
  await page.getByText("This workspace asks OpenAI.").waitFor();

  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByLabel("Name").fill("Web");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const key = (await page.getByTestId("secret").textContent()) ?? "";
  expect(key).toMatch(/^pk_[0-9a-f]{48}$/);
  await page.getByRole("button", { name: "Done" }).click();

  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByRole("button", { name: "Paste one instead" }).click();
  await page.getByRole("textbox", { name: "API key" }).fill(key);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByLabel("Model or alias").fill("gpt-4o");
  await page.getByLabel("Message", { exact: true }).fill("The very first question");
  await page.getByRole("button", { name: "Send" }).click();
  const facts = page.getByTestId("answer-facts");
  await facts.waitFor();
  expect(await facts.textContent()).toContain("openai gpt-4o");

  await facts.getByText(/^\$0\.\d+$/).waitFor();
  await page.getByRole("link", { name: "Requests" }).click();
  await page.locator("[data-testid=request-scroller] [data-id]").first().click();
  await page.getByTestId("decision-summary").waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("link", { name: "API keys" }).click();
  await page.getByRole("button", { name: "Revoke Web" }).click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await page.getByText("Web is revoked.").waitFor();

  expectInConsole(page, /status of 401/);
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByLabel("Message", { exact: true }).fill("And another");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("The API key is unknown or was revoked.", { exact: false }).first().waitFor();
  const refused = await fetch(`${backend.base_url}/v1/models`, { headers: { Authorization: `Bearer ${key}` } });
  expect(refused.status).toBe(401);
});
