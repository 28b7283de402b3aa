import { text } from "node:stream/consumers";
import type { Download, Page } from "playwright-core";
import { describe } from "vitest";
import { apiAs, axe, expect, settled, test } from "./harness";

describe("usage", () => {
  test("by API key: the table has the API's figures, and its groups make up the total", async ({ open }) => {
    const page = await open("/app/usage?by=api_key&range=7d", { as: "owner", shared: true });
    const asked = new URL(
      (await page.getByRole("link", { name: "Requests", exact: true }).last().getAttribute("href")) ?? "",
      page.url(),
    ).searchParams;
    const api = await apiAs("owner");
    const params = { since: asked.get("since"), until: asked.get("until"), interval: "day", group_by: "api_key" };
    const usage = (await api.get(`${api.workspace}/usage`, { params })).data.data;
    const rows = await page.getByRole("table", { name: "Usage by API key" }).getByRole("row").allInnerTexts();
    const counts = rows.slice(1).map((row) => Number(row.split("\t")[3]?.replaceAll(",", "")));
    const expected = usage.groups.map((group: { total: { requests: number } }) => group.total.requests);
    expect(counts).toEqual([...expected, usage.total.requests]);
    expect(expected.reduce((sum: number, each: number) => sum + each, 0)).toBe(usage.total.requests);
    expect(rows.some((row) => row.startsWith("web application"))).toBe(true);
    expect(rows.at(-1)).toMatch(/^Total/);
  });

  test("what is chosen and filtered by is in the address, and another measure asks for nothing", async ({ open }) => {
    const page = await open("/app/usage", { as: "owner", shared: true });
    await choose(page, "Model");
    await page.getByRole("textbox", { name: "Provider" }).fill("anthropic");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Clear" }).waitFor();
    await settled(page);
    const names = await page.getByRole("table", { name: "Usage by Model" }).getByRole("link").allInnerTexts();
    expect(names.length).toBeGreaterThan(0);
    expect(names.every((name) => name.startsWith("claude"))).toBe(true);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await choose(page, "Tokens");
    expect(await page.getByRole("img", { name: "Tokens by day and Model" }).count()).toBe(1);
    expect(asked.filter((url) => /\/usage\?/.test(url) && url.includes("/workspaces/"))).toEqual([]);
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({ by: "model", provider: "anthropic", measure: "tokens" });
    await page.reload();
    await settled(page);
    expect(await page.getByRole("textbox", { name: "Provider" }).inputValue()).toBe("anthropic");
  });

  test("CSV has a line of every group and the total, and no cell that is a formula", async ({ open }) => {
    const page = await open("/app/usage?by=alias&range=30d", { as: "owner", shared: true });
    const rows = await page.getByRole("table", { name: "Usage by Alias" }).getByRole("row").count();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("usage-by-alias.csv");
    const lines = (await textOf(download)).trimEnd().split("\r\n");
    expect(lines).toHaveLength(rows);
    expect(lines[0]).toMatch(/^group_by,group,name,since,until,requests,/);
    expect(lines.at(-1)).toMatch(/^alias,,Total,/);
    expect(lines.flatMap((line) => line.split(",")).filter((cell) => /^"?[=+@]/.test(cell))).toEqual([]);
  });

  test("by tag and by end user, with what can be filtered there; budgets below", async ({ open }) => {
    const page = await open("/app/usage?by=tag", { as: "viewer", shared: true });
    expect(await page.getByRole("textbox", { name: "Tag" }).count()).toBe(1);
    expect(await page.getByRole("textbox", { name: "Provider" }).count()).toBe(0);
    expect(await page.getByRole("heading", { name: "web application" }).count()).toBe(1);
    expect(await page.getByRole("img", { name: /^web application: .* of \$250\.00 are used/ }).count()).toBe(1);
    await choose(page, "End user");
    expect(await page.getByText("it has no filters").count()).toBe(1);
    expect(await axe(page)).toEqual([]);
  });
});

/** The browser is another process's: its files are not ours to read. */
async function textOf(download: Download): Promise<string> {
  return text(await download.createReadStream());
}

/** The click shows only when the page has rendered for the new address. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("radio", { name, exact: true }).click();
  await page.getByRole("radio", { name, exact: true, checked: true }).waitFor();
  await settled(page);
}
