import type { Page } from "playwright-core";
import { apiAs, axe, expect, expectInConsole, settled, test } from "./harness";

const names = async (page: Page) =>
  (
    await page
      .getByRole("table", { name: /Provider keys/ })
      .getByRole("link")
      .allTextContents()
  ).map((name) => name.replace(/ \(.*/, ""));

test("a provider key is tested, added, disabled and deleted", async ({ open, backend }) => {
  const { spare } = backend.vendors;
  const page = await open("/app/providers", { as: "owner" });
  await page.getByRole("button", { name: "Add provider key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Search providers").fill("openai");
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole("button", { name: /^OpenAI \d/ }).click();
  await dialog.getByLabel("Key", { exact: true }).fill(spare.secret);
  await dialog.getByLabel("Base URL").fill(spare.base_url);
  await dialog.getByLabel("Label").fill("spare");
  await dialog.getByRole("button", { name: "Test" }).click();
  await dialog.getByText(/models? found, took/).waitFor();
  expect(await axe(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Add key" }).click();

  const drawer = page.getByRole("dialog", { name: "OpenAI (spare)" });
  await drawer.getByRole("heading", { name: "Models" }).waitFor();
  await settled(page);
  expect(await axe(page)).toEqual([]);
  await drawer.getByLabel("By asking a model for one token").check();
  await drawer.getByRole("button", { name: "Test this key" }).click();
  await drawer.getByText(/for one token, took/).waitFor();

  await drawer.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByRole("dialog", { name: "Change OpenAI (spare)" }).waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(1);

  await drawer.getByRole("button", { name: "Disable" }).click();
  await drawer.getByText("disabled", { exact: true }).waitFor();
  await drawer.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete OpenAI (spare)?" }).getByRole("button", { name: "Delete" }).click();
  await page.getByText("OpenAI (spare) is deleted.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(new URL(page.url()).search).toBe("");
});

test("keys are put in order by the keyboard alone, and the order stays", async ({ open }) => {
  const api = await apiAs("owner");
  const before = (await api.get(`${api.workspace}/providers`)).data.data;
  const page = await open("/app/providers", { as: "owner" });
  const [first = "", second = "", ...others] = await names(page);

  const grip = page.getByRole("button", { name: /^Move .*, place 1$/ });
  await grip.focus();
  for (const key of ["Space", "ArrowDown"]) await page.keyboard.press(key);
  expect(await names(page)).toEqual([second, first, ...others]);
  await page.keyboard.press("Escape");
  expect(await names(page)).toEqual([first, second, ...others]);

  for (const key of ["Space", "ArrowDown", "Space"]) await page.keyboard.press(key);
  await page.getByText("The order is saved.").waitFor();
  await page.reload();
  await settled(page);
  expect(await names(page)).toEqual([second, first, ...others]);

  await page.getByRole("button", { name: new RegExp(`^Actions of ${first}`) }).click();
  await page.getByRole("menuitem", { name: "Move up" }).click();
  await page.getByText("The order is saved.").waitFor();
  expect(await names(page)).toEqual([first, second, ...others]);
  // As it was seeded, for those who come after.
  for (const { id, priority } of before) await api.patch(`${api.workspace}/providers/${id}`, { priority });
});

test("a key is dragged to another place, and put back where the order can not be saved", async ({ open }) => {
  const page = await open("/app/providers", { as: "owner" });
  const before = await names(page);
  expectInConsole(page, /ERR_FAILED/);
  await page.route(/\/providers\/order$/, (route) => route.abort());
  const from = await page.getByRole("button", { name: /^Move .*, place 3$/ }).boundingBox();
  const to = await page.getByRole("button", { name: /^Move .*, place 1$/ }).boundingBox();
  if (from === null || to === null) throw new Error("there are no grips");
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y - 5, { steps: 5 });
  expect((await names(page))[0]).toBe(before[2]);
  await page.mouse.up();
  await page.getByText(/^The order is as it was\./).waitFor();
  expect(await names(page)).toEqual(before);
});

test("a viewer sees the keys and how they do, and can not change them", async ({ open }) => {
  const page = await open("/app/providers?add=1", { as: "viewer", width: 360 });
  expect((await names(page)).length).toBeGreaterThan(2);
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await page.getByRole("button", { name: /Add provider key|^Move|^Actions of/ }).count()).toBe(0);
  await page.getByRole("link", { name: /^OpenAI/ }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("heading", { name: "Models" }).waitFor();
  expect(await drawer.getByRole("button", { name: /Disable|Delete|Test this key/ }).count()).toBe(0);
});
