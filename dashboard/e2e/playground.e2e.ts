import { axe, expect, expectInConsole, settled, test } from "./harness";

/** A message of whose answer the lab sends three words and then nothing more, so that there is time to stop it. */
const ENDLESSLY = '[[lab {"fault": "hang_after=3"}]] Tell me something.';
const TOOLS = '[{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]';
/** One pixel, as a PNG */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("an answer streams, says who gave it and what it cost, and shows its decision", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o&strategy=reliable", { as: "owner" });
  await page.getByText("The first message makes an API key for this page").waitFor();
  await page.getByLabel("Message", { exact: true }).fill("Say something.");
  await page.keyboard.press("Enter");
  const facts = page.getByTestId("answer-facts");
  await facts.waitFor();
  expect(await facts.textContent()).toMatch(/openai|anthropic/);
  expect(await facts.textContent()).toContain("by reliable");
  await facts.getByText(/^\$0\.\d+$/).waitFor();
  await page.getByText("Uses an API key made for this page").waitFor();
  await page.getByRole("button", { name: "Decision" }).click();
  await page.getByTestId("decision-summary").waitFor();
  await settled(page);
  expect(await axe(page)).toEqual([]);
});

test("a conversation survives a reload, and is asked again from a changed message", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "owner" });
  await page.getByLabel("Message", { exact: true }).fill("First question");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByTestId("answer-facts").waitFor();
  await page.reload();
  await page.getByText("First question").waitFor();
  await page.getByRole("button", { name: "Change this message" }).click();
  await page.getByLabel("Changed message").fill("Second question");
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByTestId("answer-facts").waitFor();
  const messages = page.getByRole("list", { name: "Messages of Conversation" });
  expect(await messages.textContent()).toContain("Second question");
  expect(await messages.textContent()).not.toContain("First question");
});

test("an answer is stopped, and what had come stays", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "owner" });
  await page.getByLabel("Message", { exact: true }).fill(ENDLESSLY);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("word1").first().waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("stopped", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).waitFor();
});

test("two aliases answer the same message side by side, each by itself", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "owner" });
  await page.getByRole("button", { name: "Compare side by side" }).click();
  await page.getByLabel("Model or alias").nth(1).fill("claude-sonnet");
  await page.getByLabel("Message", { exact: true }).fill("To both of you.");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/v1/chat/completions")) asked.push(JSON.parse(request.postData() ?? "{}").model);
  });
  await page.getByRole("button", { name: "Send" }).click();
  const [left, right] = [page.getByRole("region", { name: "Left" }), page.getByRole("region", { name: "Right" })];
  await left.getByTestId("answer-facts").waitFor();
  await right.getByTestId("answer-facts").waitFor();
  expect(asked).toEqual(["gpt-4o", "claude-sonnet"]);
  expect(await right.textContent()).toContain("To both of you.");
  expect(await axe(page)).toEqual([]);
});

test("tools that are no JSON are refused with the place of the mistake, and nothing is sent", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "owner" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.getByText("Tools and parameters").click();
  await page.getByLabel("Tools, as JSON").fill('[\n  {"type": "function",}\n]');
  await page.getByLabel("Message", { exact: true }).fill("Hi");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText('Line 2, column 23: a name in "double quotes" is expected.').waitFor();
  expect(asked).not.toContain("/v1/chat/completions");
  await page.getByLabel("Tools, as JSON").fill(TOOLS);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByTestId("answer-facts").or(page.getByText("Calls")).first().waitFor();
});

test("an image is attached, sent as data, and refused when it is none", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "owner" });
  const chooser = page.getByTestId("image-chooser");
  await chooser.setInputFiles({ name: "notes.pdf", mimeType: "application/pdf", buffer: PIXEL });
  await page.getByText("notes.pdf is not taken.").waitFor();
  await chooser.setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByAltText("Attached 1").waitFor();
  const sent = page.waitForRequest("**/v1/chat/completions");
  await page.getByRole("button", { name: "Send" }).click();
  const [message] = JSON.parse((await sent).postData() ?? "{}").messages;
  expect(message.content[0].image_url.url).toBe(`data:image/png;base64,${PIXEL.toString("base64")}`);
  await page.getByTestId("answer-facts").waitFor();
});

test("the request as code is what was typed, in three languages", async ({ open }) => {
  const page = await open("/app/playground?model=gpt-4o&strategy=cheapest", { as: "owner" });
  await page.getByLabel("Message", { exact: true }).fill("It's <b>mine</b>");
  await page.getByRole("button", { name: "As code" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("X-Perpetuo-Route: cheapest").waitFor();
  expect(await dialog.locator("pre").textContent()).toContain("It'\\''s <b>mine</b>");
  await dialog.getByLabel("Python").check();
  expect(await dialog.locator("pre").textContent()).toContain('"It\'s <b>mine</b>"');
  await dialog.getByLabel("TypeScript").check();
  expect(await dialog.locator("pre").textContent()).toContain("new OpenAI({ baseURL:");
  expect(await axe(page)).toEqual([]);
});

test("a logged request is put back to be asked again", async ({ open, backend }) => {
  const page = await open(`/app/playground?replay=${backend.requests.streamed}`, { as: "owner" });
  await page.getByText("nothing is sent until you send it").waitFor();
  expect(await page.getByLabel("Message", { exact: true }).inputValue()).not.toBe("");
});

test("who may not make API keys is asked for one, and a wrong one is said to be wrong", async ({ open, backend }) => {
  const page = await open("/app/playground?model=gpt-4o", { as: "viewer" });
  expectInConsole(page, /status of 401/);
  await page.getByText("Paste an API key above first.").waitFor();
  await page.getByRole("textbox", { name: "API key" }).fill(`pk_${"0".repeat(48)}`);
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByLabel("Message", { exact: true }).fill("Hi");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("The API key is unknown or was revoked.", { exact: false }).first().waitFor();
  await page.getByRole("textbox", { name: "API key" }).fill(backend.api_keys.web?.key ?? "");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByRole("button", { name: "Ask again" }).click();
  await page.getByTestId("answer-facts").waitFor();
});
