import { apiAs, type Backend, expect, expectInConsole, type Person, settled, test } from "./harness";

/** Every page of a workspace, and the parts of its settings. */
const PATHS = [
  "overview",
  "requests",
  "playground",
  "providers",
  "api-keys",
  "routing",
  "usage",
  "settings/workspace",
  "settings/members",
  "settings/access-tokens",
  "settings/content",
  "settings/audit",
];
/** What a button that changes something is called. */
const CHANGES =
  /^(add|create|new|invite|revoke|rotate|delete|remove|save|rename|change|edit|enable|disable|move|test|make|end|set|renew)\b/i;

/** Of a message that is not sent yet. */
const CHANGES_NOTHING = /^add an? (image|tool|message)/i;

interface Mutation {
  name: string;
  method: "post" | "put" | "patch" | "delete";
  path(backend: Backend): string;
  body?(backend: Backend): unknown;
}

const MUTATIONS: Mutation[] = [
  { name: "rename", method: "patch", path: () => "", body: () => ({ name: "Renamed" }) },
  { name: "settings", method: "patch", path: () => "/settings", body: () => ({ log_content: false }) },
  { name: "an alias", method: "put", path: () => "/aliases?name=by-a-role", body: () => ({ tier: "fast" }) },
  {
    name: "a provider key",
    method: "post",
    path: () => "/providers",
    body: ({ vendors }) => ({ vendor: "openai", secret: "x", base_url: vendors.spare.base_url }),
  },
  {
    name: "a provider key's end",
    method: "delete",
    path: ({ provider_keys }) => `/providers/${provider_keys.mistral}`,
  },
  {
    name: "an invitation",
    method: "post",
    path: () => "/invitations",
    body: () => ({ email: "nobody@invited.example", role: "viewer" }),
  },
  {
    name: "an invitation's end",
    method: "delete",
    path: ({ invitations }) => `/invitations/${invitations.open?.id}`,
  },
  {
    name: "a role",
    method: "patch",
    path: ({ users }) => `/members/${users.spare1.id}`,
    body: () => ({ role: "viewer" }),
  },
  { name: "a member's removal", method: "delete", path: ({ users }) => `/members/${users.spare1.id}` },
  {
    name: "an access token",
    method: "post",
    path: () => "/access-tokens",
    body: () => ({ name: "x", actions: ["logs:read"], expires_at: new Date(Date.now() + 86_400_000).toISOString() }),
  },
];
const API_KEYS: Mutation[] = [
  { name: "an API key", method: "post", path: () => "/api-keys", body: () => ({ name: "made by a role" }) },
  { name: "an API key's end", method: "delete", path: ({ api_keys }) => `/api-keys/${api_keys.weird?.id}` },
];
const DELETION: Mutation = {
  name: "the deletion of the workspace",
  method: "delete",
  path: () => "",
  body: ({ workspace }) => ({ confirm_name: workspace.name }),
};

async function refusalsOf(person: Person, mutations: Mutation[], backend: Backend): Promise<string[]> {
  const client = await apiAs(person);
  const allowed: string[] = [];
  for (const { name, method, path, body } of mutations) {
    const url = `${client.workspace}${path(backend)}`;
    const { status } = await client.request({ method, url, data: body?.(backend) });
    if (status !== 403) allowed.push(`${name}: ${status}`);
  }
  return allowed;
}

test("a viewer finds no button on any page that changes something", async ({ open }) => {
  const page = await open("/app/overview", { as: "viewer" });
  expectInConsole(page, /status of 403/);
  for (const path of PATHS) {
    await page.goto(`/app/${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await settled(page);
    const buttons = page.getByRole("main").getByRole("button");
    const names = await buttons.evaluateAll((all) =>
      all.map((button) => button.getAttribute("aria-label") ?? button.textContent ?? ""),
    );
    expect(
      names.filter((name) => CHANGES.test(name.trim()) && !CHANGES_NOTHING.test(name.trim())),
      path,
    ).toEqual([]);
  }
});

test("a viewer reads the settings as values", async ({ open }) => {
  const page = await open("/app/settings/workspace", { as: "viewer" });
  expect(await page.getByRole("main").getByRole("textbox").count()).toBe(0);
  await page.goto("/app/settings/content");
  await page.getByText("Requests and answers are").waitFor();
  await page.goto("/app/settings/audit");
  await page.getByText("This part is for admins and owners").waitFor();
  await page.goto("/app/admin");
  await page.getByText("This page is for operators of the installation").waitFor();
});

test("a viewer is refused every change by the server too", async ({ backend }) => {
  expect(await refusalsOf("viewer", [...MUTATIONS, ...API_KEYS, DELETION], backend)).toEqual([]);
});

test("a member makes API keys, and changes nothing else", async ({ backend, open }) => {
  expect(await refusalsOf("member", [...MUTATIONS, DELETION], backend)).toEqual([]);
  const page = await open("/app/api-keys", { as: "member" });
  await page.getByRole("button", { name: "Create API key" }).first().waitFor();
  await page.goto("/app/settings/members");
  await page.getByRole("table", { name: "Members" }).waitFor();
  expect(await page.getByRole("button", { name: "Invite" }).count()).toBe(0);
});

test("an admin changes members below the owners, and does not delete the workspace", async ({ backend, open }) => {
  expect(await refusalsOf("admin", [DELETION], backend)).toEqual([]);
  const admin = await apiAs("admin");
  const members = `${admin.workspace}/members`;
  expect((await admin.patch(`${members}/${backend.users.owner.id}`, { role: "viewer" })).status).toBe(403);
  expect((await admin.patch(`${members}/${backend.users.spare1.id}`, { role: "owner" })).status).toBe(403);

  const page = await open("/app/settings/members", { as: "admin" });
  await page.getByRole("button", { name: `Change the role of ${backend.users.viewer.email}` }).click();
  const roles = await page.getByRole("combobox", { name: "Role" }).locator("option").allTextContents();
  expect(roles.map((text) => text.split(":")[0])).toEqual(["admin", "member", "viewer"]);
  await page.keyboard.press("Escape");
  expect(await page.getByRole("button", { name: backend.users.owner.email }).count()).toBe(0);
  await page.goto("/app/settings/danger");
  await page.getByText("Only an owner can delete the workspace.").waitFor();
  expect(await page.getByRole("button", { name: "Delete…" }).count()).toBe(0);
});
