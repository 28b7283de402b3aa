import axios from "axios";
import type { Page } from "playwright-core";
import { apiAs, axe, expect, expectInConsole, test } from "./harness";
import { anAddress, type Newcomer, signUpSomebody } from "./newcomers";

/** As the dashboard keeps a session, in a window that nobody has signed in to. */
async function becomes(page: Page, { token, workspaceId }: Newcomer): Promise<void> {
  await page.evaluate(
    ([held, workspace]) => {
      const expiresAtMs = Date.now() + 600_000;
      localStorage.setItem("perpetuo.tokens", JSON.stringify({ [workspace as string]: { token: held, expiresAtMs } }));
      localStorage.setItem("perpetuo.workspace", workspace as string);
    },
    [token, workspaceId],
  );
}

test("an invitation's link is shown once; the invitation is made anew and revoked", async ({ open }) => {
  const email = anAddress("to-be-invited");
  const page = await open("/app/settings/members", { as: "stranger" });
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByLabel("E-mail").fill("no address@");
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("combobox", { name: "Role" }).selectOption("viewer");
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  const first = await page.getByTestId("secret").textContent();
  expect(first).toMatch(/^http.*\/app\/invitation#token=inv_/);
  await page.getByRole("button", { name: "Done" }).click();

  await page.getByRole("button", { name: `Invite ${email} again` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  expect(await page.getByTestId("secret").textContent()).not.toBe(first);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: `Revoke the invitation of ${email}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText(`The invitation of ${email} is revoked.`).waitFor();
  await page.getByRole("button", { name: `Revoke the invitation of ${email}` }).waitFor({ state: "detached" });
});

test("whoever is a member already is not invited, and the reason stands at the field", async ({ open, backend }) => {
  const page = await open("/app/settings/members", { as: "owner" });
  expectInConsole(page, /status of 409/);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByLabel("E-mail").fill(backend.users.viewer.email);
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  await page.getByRole("alert").filter({ hasText: "They are a member already" }).waitFor();
  expect(await page.getByLabel("E-mail").getAttribute("aria-invalid")).toBe("true");
});

test("a role is changed and given back; the last owner keeps theirs", async ({ open, backend }) => {
  const page = await open("/app/settings/members", { as: "owner" });
  const { email } = backend.users.spare2;
  const row = page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: email });
  for (const role of ["viewer", "member"]) {
    await page.getByRole("button", { name: `Change the role of ${email}` }).click();
    await page.getByRole("combobox", { name: "Role" }).selectOption(role);
    await page.getByRole("button", { name: "Change role", exact: true }).click();
    await row.getByRole("cell", { name: role, exact: true }).waitFor();
  }
  expectInConsole(page, /status of 409/);
  await page.getByRole("button", { name: `Change the role of ${backend.users.owner.email}` }).click();
  await page.getByRole("combobox", { name: "Role" }).selectOption("admin");
  await page.getByRole("button", { name: "Change role", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "This is the last owner" }).waitFor();
});

test("an access token does what it was made for, until it is revoked", async ({ open, backend }) => {
  const page = await open("/app/settings/access-tokens", { as: "admin" });
  await page.getByRole("button", { name: "Create access token" }).first().click();
  await page.getByLabel("Name").fill("nightly report");
  expect(await page.getByRole("checkbox", { checked: true }).count()).toBe(2);
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const token = await page.getByTestId("secret").textContent();
  expect(token).toMatch(/^ppt_/);
  const status = async (path: string) => {
    const url = `${backend.base_url}/workspaces/${backend.workspace.id}${path}`;
    return (await axios.get(url, { headers: { Authorization: `Bearer ${token}` }, validateStatus: () => true })).status;
  };
  expect([await status("/logs"), await status("/members")]).toEqual([200, 403]);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Revoke nightly report" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("nightly report is revoked.").waitFor();
  expect(await status("/logs")).toBe(401);
});

test("settings are changed part by part, and a wrong number is told at its field", async ({ open }) => {
  const somebody = await signUpSomebody("sets");
  const page = await open("/app/login");
  await becomes(page, somebody);
  await page.goto("/app/settings/workspace");
  await page.getByRole("textbox", { name: "Name" }).fill("Lakeside office");
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByText("Of the workspace Lakeside office").waitFor();
  const quotas = page.getByRole("region", { name: "Quotas" });
  await quotas.getByLabel("Requests a month").fill("1,0x");
  await quotas.getByText("A whole number, or nothing.").waitFor();
  await quotas.getByLabel("Requests a month").fill("1,000");
  await quotas.getByRole("button", { name: "Save" }).click();
  await quotas.getByText("0 used this month of 1,000").waitFor();
  const providers = page.getByRole("region", { name: "Allowed providers" });
  await providers.getByText("Only some").click();
  await providers.getByLabel("OpenAI", { exact: true }).check();
  await providers.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  const retention = page.getByRole("region", { name: "Retention" });
  expectInConsole(page, /status of 422/);
  await retention.getByLabel("Days").fill("30000");
  await retention.getByRole("button", { name: "Save" }).click();
  await retention.getByRole("alert").waitFor();
  await page.goto("/app/settings/content");
  await page.getByLabel("Keep what is asked and answered").check();
  await page.getByText("Every member, admin and owner of this workspace can read them").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").first().waitFor();
  await page.reload();
  await page.getByRole("checkbox", { name: "Keep what is asked and answered", checked: true }).waitFor();
});

test("the audit log is filtered by what and by whom, and the address keeps it", async ({ open, backend }) => {
  const page = await open("/app/settings/audit", { as: "owner" });
  await page.getByLabel("What").selectOption("invitations.create");
  await page.getByRole("list", { name: "Changes" }).getByText("invited somebody").first().waitFor();
  await page.getByLabel("Who").selectOption({ label: backend.users.owner.email });
  await page.waitForURL(/action=invitations.create&actor=/);
  await page.reload();
  await page.getByRole("list", { name: "Changes" }).waitFor();
  const changes = await page.getByRole("list", { name: "Changes" }).getByRole("listitem").allTextContents();
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.filter((text) => !text.includes("invited somebody"))).toEqual([]);
});

test("a changed password ends the other sessions; sessions are ended one by one", async ({ open, backend }) => {
  const somebody = await signUpSomebody("is-careful");
  const logIn = async (password: string) =>
    (await axios.post(`${backend.base_url}/auth/login`, { email: somebody.email, password })).data.data.token as string;
  const other = await logIn(somebody.password);
  const status = async (token: string) =>
    (
      await axios.get(`${backend.base_url}/auth/me`, {
        headers: { Authorization: `Bearer ${token}` },
        validateStatus: () => true,
      })
    ).status;
  const page = await open("/app/login");
  await becomes(page, somebody);
  await page.goto("/app/settings/account");
  const sessions = page.getByRole("table", { name: "Sessions" });
  await sessions.getByRole("row").nth(2).waitFor();
  expectInConsole(page, /status of 403/);
  await page.getByLabel("Present password", { exact: true }).fill("something else entirely");
  await page.getByLabel("New password", { exact: true }).fill("eight boats on a quiet lake");
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByRole("alert").filter({ hasText: "The present password is wrong." }).waitFor();
  await page.getByLabel("Present password", { exact: true }).fill(somebody.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Your password is changed.").waitFor();
  expect(await status(other)).toBe(401);

  const third = await logIn("eight boats on a quiet lake");
  await page.reload();
  await page.getByRole("button", { name: "End all others" }).click();
  await page.getByRole("button", { name: "End them" }).click();
  await page.getByText("1 session has ended.").waitFor();
  expect([await status(third), await status(somebody.token)]).toEqual([401, 200]);
});

test("a workspace is deleted by its typed name, and whoever has none left makes another one", async ({ open }) => {
  const somebody = await signUpSomebody("gives-up");
  const page = await open("/app/login");
  await becomes(page, somebody);
  await page.goto("/app/settings/danger");
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByText("1 API key", { exact: true }).waitFor();
  const confirm = page.getByRole("button", { name: "Delete the workspace" });
  expect(await confirm.isDisabled()).toBe(true);
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("to confirm").fill("My workspace");
  await confirm.click();
  await page.getByRole("heading", { name: "You are in no workspace" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("Name").fill("Begun anew");
  await page.getByRole("button", { name: "Create workspace" }).click();
  await page.waitForURL("**/app/onboarding");
  await page.getByRole("combobox", { name: /^Workspace/ }).waitFor();
});

test("the last owner can not leave, and reads why", async ({ open, backend }) => {
  const page = await open("/app/settings/danger", { as: "owner" });
  expectInConsole(page, /status of 409/);
  await page.getByRole("button", { name: "Leave…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await page.getByRole("alert").filter({ hasText: "This is the last owner" }).waitFor();
  const owner = await apiAs("owner");
  expect((await owner.get(`/workspaces/${backend.workspace.id}`)).status).toBe(200);
});
