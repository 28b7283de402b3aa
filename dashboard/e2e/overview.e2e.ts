import type { Page } from "playwright-core";
import { describe } from "vitest";
import { apiAs, axe, expect, settled, test } from "./harness";

/** Of the request that the page itself made for its tiles: what is shown is compared with what the API says of it. */
async function figuresOf(page: Page, api: Awaited<ReturnType<typeof apiAs>>) {
  const range = new URL(page.url()).searchParams.get("range") ?? "24h";
  const href = (await page.getByRole("link", { name: /^Requests\s*[\d,]+/ }).getAttribute("href")) ?? "";
  const asked = new URL(href, page.url()).searchParams;
  const query = { since: asked.get("since"), until: asked.get("until") };
  const reply = await api.get(`${api.workspace}/usage/summary`, { params: query });
  expect(reply.status, `${range}: ${JSON.stringify(query)}`).toBe(200);
  return reply.data.data;
}

async function tile(page: Page, name: RegExp): Promise<string> {
  return (await page.getByRole("list", { name: "Figures" }).getByRole("link", { name }).textContent()) ?? "";
}

const grouped = (count: number) => count.toLocaleString("en-US");

describe("the overview", () => {
  test("shows the figures that the API has for the same time, for every range, which is kept in the address", async ({
    open,
  }) => {
    const page = await open("/app/overview?range=7d", { as: "owner", shared: true });
    const api = await apiAs("owner");
    for (const [choice, range] of [
      [null, "7d"],
      ["30 days", "30d"],
      ["24 hours", "24h"],
    ] as const) {
      if (choice !== null) await choose(page, choice);
      expect(new URL(page.url()).searchParams.get("range")).toBe(range);
      const figures = await figuresOf(page, api);
      expect(figures.requests).toBeGreaterThan(0);
      expect(await tile(page, /^Requests/)).toContain(grouped(figures.requests));
      expect(await tile(page, /^Error rate/)).toContain(`${grouped(figures.errors)} failed`);
      expect(await tile(page, /^Fallback rate/)).toContain(`${grouped(figures.fallbacks)} requests`);
      const title = await page.getByRole("link", { name: /^Cost/ }).locator("[title$='(USD)']").getAttribute("title");
      expect(Number(title?.replace(/[^0-9.]/g, ""))).toBe(Number(figures.cost_usd));
    }
  });

  test("cost by model makes up the cost of the tile, and a model leads to its requests", async ({ open }) => {
    const page = await open("/app/overview?range=7d&by=model", { as: "owner", shared: true });
    const exact = (text: string | null) => BigInt(Math.round(Number((text ?? "").replace(/[^0-9.]/g, "")) * 1e9));
    const titles = (scope: ReturnType<Page["locator"]>) =>
      scope.locator("[title$='(USD)']").evaluateAll((all) => all.map((each) => each.getAttribute("title")));
    const [whole] = await titles(page.getByRole("link", { name: /^Cost/ }));
    const list = page.getByRole("list", { name: "Cost by model" });
    const sum = (await titles(list)).reduce((before, each) => before + exact(each), 0n);
    expect(sum).toBe(exact(whole ?? null));
    await list.getByRole("link").first().click();
    await settled(page);
    expect(new URL(page.url()).pathname).toBe("/app/requests");
    expect(new URL(page.url()).searchParams.get("model")).not.toBeNull();
  });

  test("without any request it leads to the first steps, and has nothing that axe objects to", async ({
    open,
    backend,
  }) => {
    const page = await open("/app/overview", { as: "owner", workspaceId: backend.second_workspace.id });
    expect(await page.getByText("No requests yet").count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await page.getByRole("link", { name: "Send the first request" }).click();
    await settled(page);
    expect(new URL(page.url()).pathname).toBe("/app/onboarding");
  });

  test("a chart is read with the arrow keys", async ({ open }) => {
    const page = await open("/app/overview?range=7d", { as: "owner", shared: true });
    const chart = page.getByRole("img", { name: "Requests by day", exact: true });
    await chart.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    const tip = page.getByRole("status").filter({ hasText: "Answered" });
    expect(await tip.textContent()).toMatch(/Answered\s*\d+\s*Failed\s*\d+/);
    expect(await axe(page)).toEqual([]);
  });
});

/** The click shows only when the page has rendered for the new address. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("radio", { name, exact: true }).click();
  await page.getByRole("radio", { name, exact: true, checked: true }).waitFor();
  await settled(page);
}
