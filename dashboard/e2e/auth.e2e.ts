import type { Page } from "playwright-core";
import { apiAs, axe, type Backend, expect, expectInConsole, settled, test } from "./harness";
import { anAddress, type Newcomer, PASSWORD, signUpSomebody, somebodyElse } from "./newcomers";

async function logIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: /^Log in/ }).click();
}

/** What a browser has that was left alone for a while. */
async function expireTokens(page: Page): Promise<void> {
  await page.evaluate(() => {
    const tokens = JSON.parse(localStorage.getItem("perpetuo.tokens") ?? "{}");
    for (const each of Object.values<{ token: string; expiresAtMs: number }>(tokens)) {
      each.token = "expired";
      each.expiresAtMs = Date.now() - 1000;
    }
    localStorage.setItem("perpetuo.tokens", JSON.stringify(tokens));
  });
}

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name });
const switchOf = (page: Page) => page.getByRole("combobox", { name: /^Workspace/ });
const addressOf = (page: Page) => new URL(page.url()).pathname + new URL(page.url()).search;

/** To the stranger's workspace: the one that is shown everywhere stays as it is. */
async function invite(backend: Backend, email: string, role: string): Promise<string> {
  const stranger = await apiAs("stranger");
  const reply = await stranger.post(`${stranger.workspace}/invitations`, { email, role });
  expect(reply.status).toBe(201);
  expect(reply.data.data.link).toContain(`${backend.base_url}/app/invitation#token=`);
  return new URL(reply.data.data.link).pathname + new URL(reply.data.data.link).hash;
}

test("one signs up, gets a key, and is led to the first steps", async ({ open }) => {
  const page = await open("/app/signup");
  await page.getByLabel("E-mail").fill(anAddress("signs-up"));
  await page.getByLabel("Password", { exact: true }).fill("too short");
  await page.getByText("9 of at least 12 characters.").waitFor();
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByRole("alert").filter({ hasText: "9 of at least 12" }).waitFor();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Workspace").fill("Lakeside");
  await page.getByRole("button", { name: "Sign up" }).click();
  await heading(page, "Your account is made").waitFor();
  expect(await page.getByTestId("secret").textContent()).toMatch(/^pk_/);
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL("**/app/onboarding");
  expect(await switchOf(page).locator("option:checked").textContent()).toBe("Lakeside");
});

test("a wrong password is told by the server's sentence; the right one leads to the page one wanted", async ({
  open,
  backend,
}) => {
  const page = await open(`/app/login?next=${encodeURIComponent("/app/usage?range=7d")}`);
  expectInConsole(page, /status of 401/);
  await logIn(page, { email: backend.users.spare1.email, password: "not the password" });
  await page.getByRole("alert").filter({ hasText: "The e-mail address or the password is wrong." }).waitFor();
  await logIn(page, backend.users.spare1);
  await page.waitForURL("**/app/usage?range=7d");
});

test("whoever is signed in goes past the login, and nowhere else than into the dashboard", async ({ open }) => {
  const page = await open("/app/login?next=https%3A%2F%2Felsewhere.example%2Fapp%2Fusage", { as: "member" });
  await page.waitForURL("**/app/overview");
  await page.goto("/app/login?next=%2Fapp%2Fapi-keys");
  await page.waitForURL("**/app/api-keys");
});

test("without mail, a forgotten password needs an operator's link, which works once and leaves the address", async ({
  open,
}) => {
  const somebody = await signUpSomebody("forgets");
  const page = await open("/app/forgot");
  await page.getByText("This installation sends no mail.").waitFor();
  expect(await axe(page)).toEqual([]);
  const owner = await apiAs("owner");
  const { link } = (await owner.post(`/admin/users/${somebody.id}/reset-link`, {})).data.data;
  const { pathname, hash } = new URL(link);

  await page.goto(pathname + hash);
  await heading(page, "New password").waitFor();
  expect(page.url()).not.toContain("token");
  await page.getByLabel("New password", { exact: true }).fill("eight boats on a quiet lake");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.waitForURL("**/app/login");
  await logIn(page, { email: somebody.email, password: "eight boats on a quiet lake" });
  await page.waitForURL("**/app/onboarding");

  expectInConsole(page, /status of 403/);
  await page.goto(pathname + hash);
  await page.getByLabel("New password", { exact: true }).fill("nine boats on a quiet lake");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByRole("alert").filter({ hasText: "This link was used or has expired" }).waitFor();
});

test("somebody new takes up an invitation by signing up", async ({ open, backend }) => {
  const email = anAddress("invited");
  const page = await open(await invite(backend, email, "viewer"));
  await heading(page, `Join ${backend.other_workspace.name}`).waitFor();
  expect(page.url()).not.toContain("token");
  expect(await page.getByLabel("E-mail").inputValue()).toBe(email);
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up and join" }).click();
  await page.waitForURL("**/app/overview");
  expect(await switchOf(page).inputValue()).toBe(backend.other_workspace.id);
});

test("somebody with an account takes up an invitation by logging in", async ({ open, backend }) => {
  const somebody = await signUpSomebody("joins");
  const page = await open(await invite(backend, somebody.email, "member"));
  await page.getByText("I have an account").click();
  await page.getByLabel("Password", { exact: true }).fill(somebody.password);
  await page.getByRole("button", { name: "Log in and join" }).click();
  await page.waitForURL("**/app/overview");
  const workspaces = switchOf(page);
  expect(await workspaces.inputValue()).toBe(backend.other_workspace.id);
  expect(await workspaces.locator("option").count()).toBe(3);
});

test("an invitation of somebody else says so, and lets one log out", async ({ open, backend }) => {
  const somebody = await somebodyElse();
  const page = await open("/app/login");
  await logIn(page, somebody);
  await page.waitForURL("**/app/onboarding");
  await page.goto(await invite(backend, anAddress("invited-too"), "viewer"));
  await page.getByText(`You are signed in as ${somebody.email}`).waitFor();
  await page.getByRole("button", { name: "Log out and go on" }).click();
  await page.getByRole("button", { name: "Sign up and join" }).waitFor();
});

test("an invitation that is none says so", async ({ open }) => {
  const page = await open("/app/login");
  expectInConsole(page, /status of 404/);
  await page.goto("/app/invitation#token=inv_0123456789");
  await page.getByRole("alert").filter({ hasText: "was used, withdrawn or has expired" }).waitFor();
});

test("a link of the command line signs in by itself, and one that was used says so", async ({ open }) => {
  const somebody = await somebodyElse();
  const page = await open("/app/forgot");
  expectInConsole(page, /status of 403/);
  await page.goto("/app/login#token=0123456789abcdef");
  await page.getByRole("alert").filter({ hasText: "This link was used or has expired" }).waitFor();
  expect(page.url()).not.toContain("token");

  const reply = { success: true, data: await signedInAs(somebody) };
  await page.route("**/auth/link", (route) => route.fulfill({ json: reply }));
  await page.goto("/app/forgot");
  await page.goto("/app/login#token=fedcba9876543210");
  await page.waitForURL("**/app/onboarding");
});

test("a token that has expired, or is gone, is renewed without a word", async ({ open }) => {
  const page = await open("/app/settings/members", { as: "spare1", ownSession: true });
  await expireTokens(page);
  await page.reload();
  await heading(page, "Settings").waitFor();
  await page.evaluate(() => localStorage.removeItem("perpetuo.tokens"));
  await page.goto("/app/usage?range=7d");
  await settled(page);
  expect(addressOf(page)).toBe("/app/usage?range=7d");
});

test("a session that is over leads to the login, and from there back to the page with its query", async ({
  open,
  backend,
}) => {
  const page = await open("/app/settings/members", { as: "spare1", ownSession: true });
  expectInConsole(page, /status of 401/);
  await page.context().clearCookies();
  await expireTokens(page);
  await page.goto("/app/usage?range=7d");
  await page.waitForURL("**/app/login?next=*");
  await page.getByText("Log in to go on where you were.").waitFor();
  await logIn(page, backend.users.spare1);
  await page.waitForURL("**/app/usage?range=7d");
});

test("a gateway that can not be reached while a token is renewed signs nobody out", async ({ open }) => {
  const page = await open("/app/settings/members", { as: "viewer", ownSession: true });
  expectInConsole(page, /ERR_FAILED|ERR_CONNECTION/);
  await page.route("**/auth/refresh", (route) => route.abort());
  await expireTokens(page);
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "The gateway can not be reached." }).waitFor();
  await page.unroute("**/auth/refresh");
  await page.getByRole("button", { name: "Try again" }).click();
  await heading(page, "Settings").waitFor();
});

test("a page that is loaded again while it renews its token keeps the session", async ({ open }) => {
  const page = await open("/app/settings/members", { as: "member", ownSession: true });
  for (let turn = 0; turn < 2; turn += 1) {
    await expireTokens(page);
    const asked = page.waitForRequest("**/auth/refresh");
    await Promise.all([asked.then(() => page.reload()), page.reload().catch(() => undefined)]);
    await page.getByRole("table", { name: "Members" }).waitFor();
  }
});

test("two tabs that find an expired token at once take turns to renew it, and both go on", async ({ open }) => {
  const page = await open("/app/settings/members", { as: "spare2", ownSession: true });
  const other = await page.context().newPage();
  await other.goto("/app/settings/content");
  await heading(other, "Settings").waitFor();
  let refreshes = 0;
  page.context().on("request", (request) => {
    if (request.url().endsWith("/auth/refresh")) refreshes += 1;
  });
  await expireTokens(page);
  await Promise.all([page.reload(), other.reload()]);
  await Promise.all([heading(page, "Settings").waitFor(), heading(other, "Settings").waitFor()]);
  // Usually one. A tab of another process may see the new token late and renews it once more, after the first, with the
  // new cookie. Both at once would be the same cookie twice, which ends the session.
  expect(refreshes).toBeLessThanOrEqual(2);
  // The session was not taken for a stolen one: it renews again.
  await expireTokens(page);
  await page.reload();
  await page.getByRole("table", { name: "Members" }).waitFor();
});

test("logging out in one tab ends the other", async ({ open }) => {
  const page = await open("/app/settings/content", { as: "spare2", ownSession: true });
  const other = await page.context().newPage();
  await other.goto("/app/settings/members");
  await heading(other, "Settings").waitFor();
  await page.getByRole("button", { name: "Log out" }).first().click();
  await heading(page, "Log in").waitFor();
  await other.waitForURL("**/app/login?next=*");
  expectInConsole(page, /status of 401/);
  await page.goto("/app/overview");
  await page.waitForURL("**/app/login?next=*");
  expect(await page.evaluate(() => localStorage.getItem("perpetuo.user"))).toBeNull();
});

test("another tab that signs in as somebody else shows them here too", async ({ open, backend }) => {
  const somebody = await somebodyElse();
  const page = await open("/app/settings/account", { as: "viewer", ownSession: true });
  await page.getByText(backend.users.viewer.email).first().waitFor();
  const other = await page.context().newPage();
  await other.goto("/app/login?again=1");
  await logIn(other, somebody);
  await page.getByRole("main").getByText(somebody.email).waitFor();
});

test("each tab keeps its own workspace", async ({ open, backend }) => {
  const page = await open("/app/settings/workspace", { as: "owner", ownSession: true });
  const other = await page.context().newPage();
  await other.goto("/app/settings/workspace");
  await switchOf(other).selectOption(backend.second_workspace.id);
  await other.waitForURL("**/app/overview");
  await other.goto("/app/settings/workspace");
  expect(await other.getByRole("textbox", { name: "Name" }).inputValue()).toBe(backend.second_workspace.name);
  await page.reload();
  expect(await page.getByRole("textbox", { name: "Name" }).inputValue()).toBe(backend.workspace.name);
});

async function signedInAs(somebody: Newcomer): Promise<unknown> {
  const { token, id, email, workspaceId } = somebody;
  const token_expires_at = new Date(Date.now() + 600_000).toISOString();
  const workspace = { id: workspaceId, name: "", role: "owner", actions: ["logs:read"], suspended: false };
  return { token, token_expires_at, workspace, user: { id, email, name: "", is_operator: false } };
}
