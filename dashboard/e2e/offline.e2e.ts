import { brokenApi, expect, goOffline, goOnline, heldApi, settled, test } from "./harness";
import { SIGNED_IN_PAGES } from "./pages";

test("without a network: it is said, what was there stays, a change fails with a sentence, and it comes back", async ({
  open,
}) => {
  const page = await open("/app/api-keys", { as: "owner" });
  const rows = page.getByRole("table", { name: "API keys" }).getByRole("row");
  const before = await rows.count();
  await goOffline(page);
  await page.getByText("You are offline").waitFor();
  expect(await rows.count()).toBe(before);

  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("made without a network");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "can not be reached" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue(), "what was typed is still there").toBe(
    "made without a network",
  );

  await goOnline(page);
  await page.getByText("You are offline").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByTestId("secret").waitFor();
});

test("a page that was opened without a network loads by itself once there is one", async ({ open }) => {
  const page = await open("/app/providers", { as: "owner" });
  await page.getByRole("link", { name: "API keys" }).click();
  await settled(page);
  await goOffline(page);
  // The page's own file is here already: only its data is missing.
  await page.getByRole("link", { name: "Providers" }).click();
  await page.getByRole("alert").filter({ hasText: "can not be reached" }).first().waitFor();
  await goOnline(page);
  await page.getByRole("alert").first().waitFor({ state: "detached" });
  await page.getByText("main account").first().waitFor();
});

test("a slow gateway: a skeleton first, and two clicks make one key", async ({ open }) => {
  let release = () => {};
  const page = await open("/app/overview", { as: "owner" });
  ({ release } = await heldApi(page, /\/api-keys$/));
  await page.getByRole("link", { name: "API keys" }).click();
  await page.locator(".skeleton").first().waitFor();
  release();
  await settled(page);

  let posted = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api-keys")) posted += 1;
  });
  await page.unrouteAll({ behavior: "wait" });
  ({ release } = await heldApi(page, /\/api-keys$/));
  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByRole("textbox", { name: "Name" }).fill("made once");
  const create = page.getByRole("dialog").locator("button[type=submit]");
  await create.dblclick();
  await page.keyboard.press("Enter");
  expect(await create.getAttribute("aria-busy")).toBe("true");
  release();
  await page.getByTestId("secret").waitFor();
  expect(posted).toBe(1);
});

const SENTENCE = "The database does not answer; try again in a moment.";

/** Pages that ask for nothing before somebody does something. */
const ASKS_NOTHING = new Set(["new-workspace", "playground", "settings-danger"]);

test.concurrent.for(SIGNED_IN_PAGES.filter(({ name }) => !ASKS_NOTHING.has(name)).map(({ path }) => path))(
  "%s tells a failure in the server's words",
  async (path, { open }) => {
    const page = await open(path, {
      as: "owner",
      before: (opened) => brokenApi(opened, /^\/(workspaces\/[^/]+\/.|admin\/|auth\/sessions)/, 503, SENTENCE),
    });
    await page.getByText(SENTENCE).first().waitFor();
  },
);
