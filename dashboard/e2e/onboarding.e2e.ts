import axios from "axios";
import { axe, type Backend, expect, expectInConsole, settled, test } from "./harness";

const PASSWORD = "a long walk by the river 51";

async function workspaceOfItsOwn(backend: Backend, name: string) {
  const email = `${name}-${Date.now()}@example.com`;
  const { data } = (await axios.post(`${backend.base_url}/auth/signup`, { email, password: PASSWORD })).data;
  const call = axios.create({
    baseURL: `${backend.base_url}/workspaces/${data.workspace.id}`,
    headers: { Authorization: `Bearer ${data.token}` },
  });
  return { email, key: data.api_key.key as string, call };
}

async function addSpare(of: Awaited<ReturnType<typeof workspaceOfItsOwn>>, backend: Backend): Promise<void> {
  const { secret, base_url } = backend.vendors.spare;
  await of.call.post("/providers", { vendor: "openai", secret, base_url });
}

test("whoever signs in to a workspace without a request is led here, step by step to the first one", async ({
  open,
  backend,
}) => {
  const own = await workspaceOfItsOwn(backend, "steps");
  const page = await open("/app/login");
  await page.getByRole("textbox", { name: /e-?mail/i }).fill(own.email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Start here" }).waitFor();
  await settled(page);
  expect(await axe(page)).toEqual([]);

  await page.getByRole("textbox", { name: "Key at OpenAI" }).fill(backend.vendors.spare.secret);
  await page.getByLabel(/Base URL/).fill(backend.vendors.spare.base_url);
  await page.getByRole("button", { name: "Test and add" }).click();
  await page.getByText("This workspace asks OpenAI.").waitFor();
  await page.getByRole("button", { name: "Create API key" }).click();
  expect(await page.getByTestId("secret").textContent()).toMatch(/^pk_/);
  await page.setViewportSize({ width: 1440, height: 600 });
  await page.getByRole("button", { name: "Send the request" }).click();
  await page.getByTestId("answer-facts").waitFor();
  const answer = await page.getByRole("heading", { name: "The answer" }).boundingBox();
  expect(answer?.y).toBeGreaterThanOrEqual(0);
  expect(answer?.y).toBeLessThan(500);
  await page.getByTestId("decision-summary").waitFor();
  await settled(page);
  expect(await axe(page)).toEqual([]);

  await page.getByRole("link", { name: "To the overview" }).first().click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

test("a request that is sent from outside appears by itself", async ({ open, backend }) => {
  const own = await workspaceOfItsOwn(backend, "outside");
  await addSpare(own, backend);
  const page = await open("/app/login");
  await page.getByRole("textbox", { name: /e-?mail/i }).fill(own.email);
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "I have one: paste it" }).click();
  await page.getByRole("textbox", { name: "API key" }).fill(own.key);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByText("Waiting for the first request").waitFor();
  await axios.post(
    `${backend.base_url}/v1/chat/completions`,
    { model: "gpt-4o", messages: [{ role: "user", content: "From outside" }] },
    { headers: { Authorization: `Bearer ${own.key}` } },
  );
  await page.getByText("A request has arrived.").waitFor();
  await page.getByTestId("decision-summary").waitFor();
});

test("a key that the provider refuses is not added, and the refusal is in the provider's words", async ({
  open,
  backend,
}) => {
  const page = await open("/app/onboarding", { as: "stranger" });
  await page
    .getByRole("textbox", { name: /^Key at/ })
    .or(page.getByRole("button", { name: "Add another" }))
    .waitFor();
  const another = page.getByRole("button", { name: "Add another" });
  if (await another.isVisible()) await another.click();
  await page.getByRole("textbox", { name: "Key at OpenAI" }).fill("sk-nothing");
  await page.getByLabel(/Base URL/).fill(`${backend.vendors.spare.base_url}/nowhere`);
  await page.getByRole("button", { name: "Test and add" }).click();
  await page.getByText("OpenAI says:").waitFor();
  await page.getByRole("button", { name: "Add it anyway" }).waitFor();
});

test("a viewer sees how far the workspace is, and nothing to change", async ({ open }) => {
  const page = await open("/app/onboarding", { as: "viewer" });
  expectInConsole(page, /status of 403/);
  await page.getByRole("heading", { name: "Add a provider key" }).waitFor();
  expect(await page.getByRole("button", { name: /add|create/i }).count()).toBe(0);
  await page.getByText("Your role may not make API keys.", { exact: false }).waitFor();
});
