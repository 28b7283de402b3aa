import axios from "axios";
import type { Page } from "playwright-core";
import { beforeAll, describe } from "vitest";
import { readBackend } from "./backend";
import { apiAs, expect, settled, test } from "./harness";
import { SIGNED_IN_PAGES } from "./pages";
import { PAYLOADS } from "./xss-payloads";

/**
 * Payloads stored by every field of text that the API takes, then every page looked at: nothing runs, nothing becomes
 * markup. They are in a workspace of their own, and in names of users and workspaces that operators see.
 */
const { second_workspace, vendors } = readBackend();
/** Fields that take no payload at all, because only certain characters are valid there, refuse all of them. */
const accepted: Record<string, number> = {};

beforeAll(async () => {
  const owner = await apiAs("owner", second_workspace.id);
  const in_a_month = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const key = (await owner.post(`${owner.workspace}/api-keys`, { name: "sends payloads" })).data.data.key;
  await owner.post(`${owner.workspace}/providers`, provider("serves payloads", true));
  await plant("api key", (text) => owner.post(`${owner.workspace}/api-keys`, { name: text, allowed_aliases: [text] }));
  await plant("access token", (text) =>
    owner.post(`${owner.workspace}/access-tokens`, { name: text, actions: ["logs:read"], expires_at: in_a_month }),
  );
  await plant("provider key", (text) =>
    owner.post(`${owner.workspace}/providers`, { ...provider(text, false), models: [{ id: text }] }),
  );
  await plant("alias", (text) => owner.put(`${owner.workspace}/aliases`, {}, { params: { name: text } }));
  await plant("alias's model", (text) =>
    owner.put(`${owner.workspace}/aliases`, { models: [text] }, { params: { name: "holds-payloads" } }),
  );
  await plant("invitation", (text) =>
    owner.post(`${owner.workspace}/invitations`, { email: `${text}@example.org`, role: "viewer" }),
  );
  await plant("user", (text, number) => owner.post("/admin/users", { email: `u${number}@example.org`, name: text }));
  await plant("workspace", (text) => owner.patch(owner.workspace, { name: text }));
  await plant("model asked for", (text) => chat(key, text, { model: text }));
  await plant("end user, message", (text) => chat(key, text, { model: "gpt-4o-mini", user: text }));
  await plant("tags, user agent", (text) =>
    chat(
      key,
      text,
      { model: "gpt-4o-mini" },
      { "x-perpetuo-tags": `a=${latin(text)},${latin(text)}=b`, "user-agent": latin(text) },
    ),
  );
});

test("every field that takes any text has taken most of the payloads", () => {
  const { alias, invitation, ...others } = accepted;
  console.log(`taken: ${JSON.stringify(accepted)}`);
  // Of names of models that begin with a letter and of a user's part of an address, a few are valid.
  expect([alias, invitation].every((count) => count !== undefined && count < 10)).toBe(true);
  for (const [field, count] of Object.entries(others))
    if (field !== "alias's model") expect(count, field).toBeGreaterThan(35);
});

describe.concurrent.each(SIGNED_IN_PAGES)("$path", ({ path }) => {
  test("shows payloads as text", async ({ open, expect }) => {
    const page = await open(path, { as: "owner", workspaceId: second_workspace.id, shared: true });
    expect(await markup(page)).toEqual([]);
    await openRequests(page);
    expect(await markup(page)).toEqual([]);
  });
});

test("payloads really are on the page of API keys", async ({ open }) => {
  const page = await open("/app/api-keys", { as: "owner", workspaceId: second_workspace.id, shared: true });
  const text = (await page.locator("main").textContent()) ?? "";
  expect(PAYLOADS.filter((payload) => text.includes(payload)).length).toBeGreaterThan(35);
});

/** What has run or would: elements and attributes that nothing of ours has. */
async function markup(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = "__xss" in window ? ["it ran: window.__xss is set"] : [];
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        const isHandler = name.startsWith("on") || name === "srcdoc";
        const isAddress = /^(href|src|action|formaction|data|xlink:href)$/.test(name);
        if (isHandler || (isAddress && /^\s*(javascript|data:text|vbscript)/i.test(value))) {
          found.push(element.outerHTML.slice(0, 160));
        }
      }
      const isForeign = /^(iframe|object|embed|base|marquee|math|video|audio|meta|style)$/.test(element.localName);
      if (isForeign && !(element.localName === "meta" && element.closest("head")))
        found.push(element.outerHTML.slice(0, 160));
      if (element.localName === "script" && !element.getAttribute("src")) found.push(element.outerHTML.slice(0, 160));
    }
    return found;
  });
}

/** The details of the first rows, where the page has such. */
async function openRequests(page: Page): Promise<void> {
  const rows = page.getByTestId("request-row");
  for (let row = 0; row < Math.min(8, await rows.count()); row++) {
    await rows.nth(row).click();
    await settled(page);
    await page.keyboard.press("Escape");
    await settled(page);
  }
}

async function plant(
  field: string,
  send: (text: string, number: number) => Promise<{ status: number }>,
): Promise<void> {
  let taken = 0;
  const left = [...PAYLOADS.entries()];
  const sender = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [number, text] = next;
      const { status } = await send(text, number);
      if (status < 300) taken++;
      else if (status >= 500 || status === 401) throw new Error(`${field}: ${status} for ${text}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, sender));
  accepted[field] = taken;
}

/** 200: it has a row in the logs. A model that nobody knows is refused with 404, and has one too. */
async function chat(key: string, text: string, body: object, headers: Record<string, string> = {}) {
  const { base_url } = readBackend();
  const reply = await axios.post(
    `${base_url}/v1/chat/completions`,
    { messages: [{ role: "user", content: text }], ...body },
    { headers: { Authorization: `Bearer ${key}`, ...headers }, validateStatus: () => true },
  );
  return { status: reply.headers["x-perpetuo-request-id"] === undefined ? reply.status : 200 };
}

function provider(label: string, enabled: boolean) {
  return { vendor: "openai", label, secret: vendors.spare.secret, base_url: vendors.spare.base_url, enabled };
}

/** As a header and as one side of a tag may have it. */
function latin(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, "?")
    .replace(/[,=]/g, ";")
    .slice(0, 60)
    .trim();
}
