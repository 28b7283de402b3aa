import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};

/** Violations in the page as it is, one a line: rule, element, what to do. WCAG 2.2 AA and axe's best practices. */
export async function axe(page: Page): Promise<string[]> {
  // By the debugger, which the page's Content-Security-Policy does not hold back.
  await page.evaluate(`window.axe === undefined && (() => { ${SOURCE} })()`);
  const results = await page.evaluate(
    (options) => (window as unknown as AxeWindow).axe.run(document, options),
    OPTIONS as object,
  );
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => {
      const [, ...whatToDo] = (failureSummary ?? "").split("\n");
      const element = html.length > 160 ? `${html.slice(0, 160)}…` : html;
      return `${id}: ${help} | ${target.join(" ")} | ${element} | ${whatToDo.map((line) => line.trim()).join("; ")}`;
    }),
  );
}

interface AxeWindow {
  axe: { run(context: Document, options: object): Promise<AxeResults> };
}
