import type { Page } from "playwright-core";
import type { PageUnderTest } from "./pages";

/** Throws where a page is not there yet: one of the skeleton has its title and nothing below it. */
export async function assertBuilt(page: Page, wanted: PageUnderTest): Promise<void> {
  const gap = await missing(page, wanted);
  if (gap !== null) throw new Error(gap);
}

async function missing(page: Page, { path, title }: PageUnderTest): Promise<string | null> {
  if (!new URL(page.url()).pathname.startsWith(path)) return `${path} leads to ${page.url()}`;
  const titles = await page.locator("h1").allInnerTexts();
  if (!titles.some((text) => title.test(text))) return `${path} has no h1 like ${title}, but ${JSON.stringify(titles)}`;
  const text = ((await page.locator("main, #root").first().textContent()) ?? "").replace(titles.join(""), "");
  return text.trim().length < 20 ? `${path} is not built yet: nothing below its title` : null;
}

/** The elements that make the page wider than the window; empty: no sideways scrolling. */
export async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const isInScroller = (element: Element): boolean =>
      element.parentElement !== null &&
      (getComputedStyle(element.parentElement).overflowX !== "visible" || isInScroller(element.parentElement));
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !isInScroller(element))
      .map((element) => `${document.documentElement.scrollWidth} > ${width} px: ${element.outerHTML.slice(0, 120)}`)
      .slice(-3);
  });
}

/**
 * What the keyboard can not do, one a line: elements that Tab does not reach, focus that can not be seen, and what looks
 * clickable but is no control. Of a radio group, a tab list and the like one element is enough: arrows reach the others.
 */
export async function keyboardProblems(page: Page): Promise<string[]> {
  const wanted = await page.evaluate(markControls);
  const problems = await page.evaluate(clickableWithoutControl);
  const reached = new Set<string>();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  // It begins where the page put the focus, so the whole round is from one end of the page to the next; some controls,
  // as dates, have several stops.
  for (let press = 0, ends = 0; press < 3 * wanted.length + 10 && ends < 2; press++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focusedControl);
    if (stop.group === null) ends++;
    else if (!reached.has(stop.group)) {
      reached.add(stop.group);
      if (!stop.isSeen) problems.push(`focus is not visible: ${stop.html}`);
      if (wanted.every(({ group }) => reached.has(group))) break;
    }
  }
  for (const { group, html } of wanted) if (!reached.has(group)) problems.push(`Tab does not reach: ${html}`);
  return problems;
}

interface Control {
  group: string;
  html: string;
}

/** Runs in the page. */
function markControls(): Control[] {
  const selector =
    "a[href], button, input, select, textarea, summary, [tabindex], [role=button], [role=link], [role=tab], [role=menuitem]";
  const composite = "[role=tablist], [role=menu], [role=listbox], [role=radiogroup], [role=toolbar], [role=grid]";
  const controls = [...document.querySelectorAll<HTMLElement>(selector)].filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.matches(":disabled, [inert] *, [type=hidden]") &&
      (element.tabIndex >= 0 || element.closest(composite) !== null),
  );
  return controls.map((element, number) => {
    const name = element.getAttribute("name");
    const whole = element.closest<HTMLElement>(composite);
    if (whole !== null && element.tabIndex < 0) whole.dataset.e2eGroup ??= `composite ${number}`;
    const isRadio = element.matches("input[type=radio]") && name;
    const group = isRadio ? `radio ${name}` : element.tabIndex < 0 ? whole?.dataset.e2eGroup : `control ${number}`;
    element.dataset.e2eControl = group ?? `control ${number}`;
    return { group: element.dataset.e2eControl, html: element.outerHTML.replace(/ style="[^"]*"/g, "").slice(0, 140) };
  });
}

/** Runs in the page. */
function focusedControl(): { group: string | null; html: string; isSeen: boolean } {
  const element = document.activeElement as HTMLElement | null;
  if (element === null || element === document.body) return { group: null, html: "", isSeen: true };
  const whole = element.closest<HTMLElement>("[data-e2e-group]");
  const group = whole?.dataset.e2eGroup ?? element.dataset.e2eControl ?? "scrolled element";
  const shown = element.matches(".visually-hidden, [type=checkbox], [type=radio]") ? element.parentElement : element;
  const isSeen = [element, shown].some((candidate) => {
    if (candidate === null) return false;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(candidate);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  });
  return { group, html: element.outerHTML.replace(/ style="[^"]*"/g, "").slice(0, 140), isSeen };
}

/** Runs in the page. */
function clickableWithoutControl(): string[] {
  const control = "a[href], button, input, select, textarea, summary, label, [tabindex], [role=option], [role=tab]";
  return [...document.querySelectorAll<HTMLElement>("main *")]
    .filter(
      (element) =>
        getComputedStyle(element).cursor === "pointer" &&
        element.closest(control) === null &&
        element.querySelector(control) === null &&
        // It is inherited: only the outermost counts, and what stands in a row with a control of its own is fine.
        element.parentElement !== null &&
        getComputedStyle(element.parentElement).cursor !== "pointer",
    )
    .map((element) => `clickable, but no control: ${element.outerHTML.slice(0, 140)}`);
}

/** Runs nothing but reads: animations that go on although reduced motion is asked for. */
export async function motion(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter(({ playState, effect }) => {
        const duration = effect?.getTiming().duration;
        return playState === "running" && typeof duration === "number" && duration > 50;
      })
      .map(({ effect }) => ((effect as KeyframeEffect).target as Element | null)?.outerHTML.slice(0, 120) ?? ""),
  );
}
