import { apiAs, axe, expect, settled, test } from "./harness";

test("a decision is explained under all four strategies, and a link shows the same", async ({ open }) => {
  const page = await open("/app/routing", { as: "owner" });
  await page.getByLabel("Model or alias").fill("gpt-4o");
  await page.getByLabel("Strategy", { exact: true }).selectOption("all");
  const columns = page.getByRole("list", { name: "Strategies side by side" });
  await columns.waitFor();
  for (const strategy of ["default", "fastest", "cheapest", "reliable"]) {
    await columns.getByRole("heading", { name: strategy }).waitFor();
  }
  await page.waitForURL(/model=gpt-4o&strategy=all/);
  await settled(page);
  expect(await axe(page)).toEqual([]);

  const shared = await open(new URL(page.url()).pathname + new URL(page.url()).search, { as: "viewer" });
  await shared.getByRole("list", { name: "Strategies side by side" }).waitFor();
  expect(await shared.getByLabel("Model or alias").inputValue()).toBe("gpt-4o");
});

test("the result follows what is typed, and a refusal is shown as the client gets it", async ({ open }) => {
  const page = await open("/app/routing?model=gpt-4o&strategy=cheapest", { as: "owner" });
  await page.getByRole("list", { name: "Candidates in order" }).waitFor();
  await page.getByLabel("Model or alias").fill("no-such-model");
  await page.getByText("404 model_not_found").waitFor();
  expect(await page.getByRole("list", { name: "Candidates in order" }).count()).toBe(0);
});

test("an alias is created, explained, used, changed and deleted", async ({ open, backend }) => {
  const page = await open("/app/routing", { as: "owner" });
  await page.getByRole("button", { name: "Add alias" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("e2e-bot");
  await dialog.getByLabel("Model 1", { exact: true }).fill("gpt-4o");
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("The alias e2e-bot is saved.").waitFor();

  await page.getByRole("button", { name: "Explain e2e-bot" }).click();
  await expect
    .poll(async () => {
      // Workers hear of a change a moment later than its reply comes.
      await page.getByRole("button", { name: "Ask again" }).click();
      await settled(page);
      return await page
        .getByRole("list", { name: "Candidates in order" })
        .textContent()
        .catch(() => "");
    })
    .toContain("openai/gpt-4o");

  const answer = await fetch(`${backend.base_url}/v1/chat/completions`, {
    method: "POST",
    headers: { Authorization: `Bearer ${backend.api_keys.web?.key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ model: "e2e-bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-perpetuo-alias")).toBe("e2e-bot");

  await page.getByRole("button", { name: "Change e2e-bot" }).click();
  await page.getByRole("dialog").getByLabel("Tier").selectOption("premium");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page
    .getByRole("row", { name: /e2e-bot/ })
    .getByText("tier premium")
    .waitFor();
  await page.getByRole("button", { name: "Delete e2e-bot" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("The alias e2e-bot is deleted.").waitFor();
  expect(await page.getByRole("row", { name: /e2e-bot/ }).count()).toBe(0);
});

test("the workspace's strategy is changed, and stays", async ({ open }) => {
  const api = await apiAs("owner");
  const page = await open("/app/routing", { as: "owner" });
  await page.getByRole("radio", { name: /^cheapest/ }).check();
  await page.getByRole("button", { name: "Save defaults" }).click();
  await page.getByText("The defaults are saved.").waitFor();
  await page.reload();
  await settled(page);
  expect(await page.getByRole("radio", { name: /^cheapest/ }).isChecked()).toBe(true);
  await api.patch(`${api.workspace}/settings`, { strategy: null });
});
