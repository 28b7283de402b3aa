import type { Page } from "playwright-core";
import { readBackend } from "../backend";
import { expect, test } from "../harness";

/** What issue 5 asks for, on a machine of two cores. */
const FIRST_ROWS_MS = 500;
const MEDIAN_FRAME_MS = 50;
const ROWS = 5_000;

test("the first of a million requests are there at once, and 5,000 scroll by without a hitch", async ({ open }) => {
  const { crowded_workspace } = readBackend();
  if (crowded_workspace === undefined) throw new Error("tests/e2e/test_dashboard_soak.py makes the workspace");
  const page = await open("/app/requests", { as: "owner", workspaceId: crowded_workspace.id });
  await page.context().addInitScript(noteFirstRow);
  const loadsMs: number[] = [];
  for (let load = 0; load < 5; load++) {
    await page.reload({ waitUntil: "load" });
    await page.getByTestId("request-row").first().waitFor();
    loadsMs.push(await page.evaluate(() => (window as unknown as { firstRowMs: number }).firstRowMs));
  }
  const frames = await scrollThrough(page, ROWS);
  const sorted = frames.frameMs.toSorted((a, b) => a - b);
  const figures = {
    firstRowsMs: loadsMs.map(Math.round),
    scrolledRows: frames.rows,
    frames: sorted.length,
    medianMs: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    worstMs: quantile(sorted, 1),
    rowsInDocument: await page.getByTestId("request-row").count(),
  };
  console.log(`1,000,000 requests: ${JSON.stringify(figures)}`);
  expect(figures.scrolledRows).toBeGreaterThanOrEqual(ROWS);
  // Only what can be seen is in the document.
  expect(figures.rowsInDocument).toBeLessThan(200);
  expect(loadsMs.toSorted((a, b) => a - b)[2]).toBeLessThanOrEqual(FIRST_ROWS_MS);
  expect(figures.medianMs).toBeLessThanOrEqual(MEDIAN_FRAME_MS);
});

/** Runs in the page before anything of ours: when the first row is in the document, since the navigation began. */
function noteFirstRow(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector("[data-testid=request-row]") === null) return;
    (window as unknown as { firstRowMs: number }).firstRowMs = performance.now();
    observer.disconnect();
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** A third of the window every frame; at the end of what is loaded it waits for more. */
async function scrollThrough(page: Page, rows: number): Promise<{ rows: number; frameMs: number[] }> {
  return page.evaluate(async (wanted) => {
    const scroller = document.querySelector("[data-testid=request-scroller]");
    const row = document.querySelector("[data-testid=request-row]");
    if (scroller === null || row === null) throw new Error("no request-scroller or no request-row");
    const rowPx = row.getBoundingClientRect().height;
    const frameMs: number[] = [];
    let last = performance.now();
    let stuckSince = last;
    while (scroller.scrollTop < wanted * rowPx) {
      const before = scroller.scrollTop;
      scroller.scrollTop += scroller.clientHeight / 3;
      const now = await new Promise<number>((done) => requestAnimationFrame(done));
      frameMs.push(now - last);
      last = now;
      if (scroller.scrollTop > before) stuckSince = now;
      else if (now - stuckSince > 20_000) break;
    }
    return { rows: Math.floor(scroller.scrollTop / rowPx), frameMs };
  }, rows);
}

function quantile(sorted: number[], share: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN) * 10) / 10;
}
