import type { Page } from "playwright-core";
import { describe } from "vitest";
import { axe, type Backend, expect, expectInConsole, settled, test } from "./harness";

const ROW = "[data-testid=request-row]";

describe("the list", () => {
  test("goes on to older requests as one scrolls, and only what can be seen is in the document", async ({ open }) => {
    const page = await open("/app/requests", { as: "owner", shared: true });
    const scroller = page.getByTestId("request-scroller");
    expect(await scroller.getAttribute("aria-rowcount")).toBe("-1");
    const seen = new Set<string>();
    while (seen.size < 300) {
      const before = seen.size;
      for (const id of await idsOf(page)) seen.add(id);
      await scroller.evaluate((element) => element.scrollBy(0, element.clientHeight));
      await settled(page);
      if (seen.size === before) await page.getByText("Searching older requests").waitFor({ state: "hidden" });
    }
    expect(await page.locator(ROW).count()).toBeLessThan(100);
    const ids = [...seen];
    expect(ids).toEqual([...ids].sort().reverse());
  });

  test("is worked by keyboard: arrows, Enter, the arrows to the neighbours, Escape back to the list", async ({
    open,
  }) => {
    const page = await open("/app/requests", { as: "owner", shared: true });
    const [, second, third] = await idsOf(page);
    await page.getByTestId("request-scroller").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByTestId("decision-summary").waitFor();
    expect(openedId(page)).toBe(second);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(new RegExp(`request=${third}`));
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(new RegExp(`request=${second}`));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(openedId(page)).toBeNull();
    expect(await page.getByTestId("request-scroller").evaluate((element) => element === document.activeElement)).toBe(
      true,
    );
  });

  test("of a workspace without requests leads to the first one", async ({ open, backend }) => {
    const page = await open("/app/requests", { as: "owner", workspaceId: backend.second_workspace.id });
    expect(await page.getByText("No requests yet").isVisible()).toBe(true);
    expect(await page.getByRole("link", { name: "Make the first request" }).getAttribute("href")).toBe(
      "/app/onboarding",
    );
  });

  test("on a phone opens a request by a touch of its row", async ({ open }) => {
    const page = await open("/app/requests", { as: "viewer", width: 360, height: 740 });
    await page.locator(ROW).first().click();
    await page.getByTestId("decision-summary").waitFor();
    await settled(page);
    expect(await axe(page)).toEqual([]);
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(tooWide).toBe(false);
  });
});

describe("filters", () => {
  test("stand in the address, as chips and in what is shown", async ({ open }) => {
    const page = await open("/app/requests", { as: "owner" });
    await page.getByLabel("Outcome").selectOption("failed");
    await page.waitForURL(/outcome=failed/);
    await settled(page);
    const outcomes = await page.locator(ROW).allTextContents();
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.every((text) => text.includes("failed"))).toBe(true);

    await page.getByRole("button", { name: "Filters" }).click();
    expect(await axe(page)).toEqual([]);
    await page.getByLabel("Asked for (alias)").pressSequentially("fragile");
    await page.waitForURL(/alias=fragile/);
    await settled(page);
    expect((await page.locator(ROW).allTextContents()).every((text) => text.includes("fragile"))).toBe(true);

    await page.reload();
    await settled(page);
    await page.getByRole("button", { name: "Remove the filter outcome: failed" }).click();
    await page.waitForURL((url) => !url.search.includes("outcome"));
    await page.getByRole("button", { name: "Clear all" }).click();
    await page.waitForURL((url) => url.search === "");
  });

  test("that match nothing say so", async ({ open }) => {
    const page = await open("/app/requests?alias=nobody-asked-for-this", { as: "owner", shared: true });
    expect(await page.getByText("No request matches these filters").isVisible()).toBe(true);
    await page.getByRole("button", { name: "Clear all filters" }).click();
    await page.locator(ROW).first().waitFor();
  });
});

describe("live", () => {
  test("puts new ones on top, and counts them while one reads further down", async ({ open, backend }) => {
    const page = await open("/app/requests?live=1", { as: "owner" });
    const first = await askAs(backend);
    await page.locator(`[data-id="${first}"]`).waitFor({ timeout: 20_000 });
    expect((await idsOf(page))[0]).toBe(first);

    const scroller = page.getByTestId("request-scroller");
    await scroller.evaluate((element) => element.scrollTo(0, 400));
    const reading = await topRow(page);
    const second = await askAs(backend);
    const more = page.getByRole("button", { name: "1 new request" });
    await more.waitFor({ timeout: 20_000 });
    expect(await topRow(page)).toBe(reading);
    await more.click();
    await page.locator(`[data-id="${second}"]`).waitFor();
    expect((await idsOf(page))[0]).toBe(second);
  });
});

describe("one request", () => {
  test("tells its whole decision: who failed, who answered, in which order", async ({ open, backend }) => {
    const page = await open(`/app/requests?request=${backend.requests.fallback}`, { as: "owner", shared: true });
    const summary = await page.getByTestId("decision-summary").textContent();
    expect(summary).toMatch(/openai\/gpt-4o failed \(status 500\), then anthropic\/.* answered\./);
    const attempts = page.getByRole("list", { name: "Attempts" }).getByRole("listitem");
    expect(await attempts.count()).toBe(2);
    expect(await attempts.first().textContent()).toContain("The next candidate was asked.");
    expect(await page.getByRole("list", { name: "Skipped provider keys" }).textContent()).toContain("mistral");
    await page.getByText("Cost by class of tokens").first().click();
    await page.getByRole("table", { name: "Cost by class of tokens" }).waitFor();
    await settled(page);
    expect(await axe(page)).toEqual([]);
  });

  test("is copied as a curl command with what was recorded, and no key", async ({ open, backend }) => {
    const page = await open(`/app/requests?request=${backend.requests.cheapest}`, { as: "owner", shared: true });
    await page.getByRole("region", { name: "Content" }).getByText("As it was sent", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Copy as curl" }).click();
    await page.getByText("Copied").first().waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(command).toContain('-H "Authorization: Bearer $PERPETUO_API_KEY"');
    expect(command).toContain("-H 'X-Perpetuo-Route: cheapest'");
    expect(command).toContain("Say something useful.");
    expect(command).not.toContain("pk_");
    const replay = page.getByRole("link", { name: "Replay in the playground" });
    expect(await replay.getAttribute("href")).toBe(`/app/playground?replay=${backend.requests.cheapest}`);
  });

  test("shows hostile names as text", async ({ open, backend }) => {
    const page = await open(`/app/requests?request=${backend.requests["hostile names"]}`, {
      as: "owner",
      shared: true,
    });
    const facts = page.getByRole("region", { name: "Who and when" });
    expect(await facts.textContent()).toContain('<img src=x onerror="window.__xss=1">');
    expect(await page.evaluate(() => (window as { __xss?: number }).__xss)).toBeUndefined();
  });

  test("keeps its contents from viewers, and nothing asks for them", async ({ open, backend }) => {
    const asked: string[] = [];
    const page = await open(`/app/requests?request=${backend.requests.fallback}`, {
      as: "viewer",
      before: async (fresh) => {
        fresh.on("request", (request) => asked.push(request.url()));
      },
    });
    await page.getByTestId("decision-summary").waitFor();
    expect(await page.getByRole("region", { name: "Content" }).count()).toBe(0);
    expect(asked.filter((url) => url.endsWith("/content"))).toEqual([]);
  });

  test("that does not exist says so", async ({ open }) => {
    const page = await open("/app/requests?request=00000000-0000-7000-8000-000000000000", {
      as: "viewer",
      before: async (fresh) => expectInConsole(fresh, /status of 404/),
    });
    expect(await page.getByRole("dialog").getByRole("alert").isVisible()).toBe(true);
  });
});

test("what is filtered is exported as a file, whole", async ({ open, backend }) => {
  const page = await open(`/app/requests?request_id=${backend.requests.rejected}`, { as: "owner" });
  for (const [format, lines] of [
    ["CSV", 2],
    ["JSON lines", 1],
  ] as const) {
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("dialog").getByLabel(format).check();
    const download = page.waitForEvent("download");
    await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
    const text = await readAll(await (await download).createReadStream());
    expect(text.trimEnd().split("\n")).toHaveLength(lines);
    expect(text).toContain(backend.requests.rejected);
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
});

async function idsOf(page: Page): Promise<string[]> {
  return page.locator(ROW).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-id") ?? ""));
}

function openedId(page: Page): string | null {
  return new URL(page.url()).searchParams.get("request");
}

/** The one that is seen first below the header. */
async function topRow(page: Page): Promise<string | null> {
  return page.getByTestId("request-scroller").evaluate((scroller) => {
    const box = scroller.getBoundingClientRect();
    const row = document.elementFromPoint(box.left + 40, box.top + 60)?.closest("[data-id]");
    return row?.getAttribute("data-id") ?? null;
  });
}

/** Its request id. */
async function askAs(backend: Backend): Promise<string> {
  const reply = await fetch(`${backend.base_url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${backend.api_keys.web?.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Is anybody there?" }] }),
  });
  await reply.text();
  return reply.headers.get("x-perpetuo-request-id") ?? "";
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString("utf8");
}
