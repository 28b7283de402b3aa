import { describe } from "vitest";
import { assertBuilt, keyboardProblems, motion, tooWide } from "./checks";
import { axe, screenshot, settled, test } from "./harness";
import { PAGES } from "./pages";

const WIDTHS_PX = [360, 768, 2560];

// They only look, and mostly wait: three at a time take two thirds of the time.
describe.concurrent.each(PAGES)("$path", (wanted) => {
  test("light: no violation of axe's, no sideways scrolling at any width, everything within the keyboard's reach", async ({
    open,
    expect,
  }) => {
    const page = await open(wanted.path, { as: wanted.as, theme: "light", shared: true });
    await assertBuilt(page, wanted);
    await screenshot(page, wanted.name);
    expect.soft(await axe(page)).toEqual([]);
    expect.soft(await tooWide(page)).toEqual([]);
    expect.soft(await keyboardProblems(page)).toEqual([]);
    for (const width of WIDTHS_PX) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      expect.soft(await tooWide(page), `at ${width} px`).toEqual([]);
    }
  });

  test("dark, reduced motion: no violation of axe's in a wide window and in a narrow one, nothing moves", async ({
    open,
    expect,
  }) => {
    const page = await open(wanted.path, { as: wanted.as, theme: "dark", reducedMotion: true, shared: true });
    await assertBuilt(page, wanted);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await screenshot(page, wanted.name);
    expect.soft(await axe(page)).toEqual([]);
    expect.soft(await motion(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    await settled(page);
    expect.soft(await axe(page), "at 360 px").toEqual([]);
  });
});
