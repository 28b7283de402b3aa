import { axe, expect, expectInConsole, screenshot, THEMES, test } from "./harness";

/** Pages with something opened, for docs/screenshots and for axe. */
const STATES = [
  { name: "decision", path: (id: string) => `/app/requests?request=${id}`, shows: "The next candidate was asked." },
  { name: "strategies", path: () => "/app/routing?model=gpt-4o&strategy=all", shows: "gpt-4o means chat" },
];

test.for(STATES.flatMap((state) => THEMES.map((theme) => [state.name, theme, state] as const)))(
  "%s, %s: no violation of axe's",
  async ([name, theme, state], { open, backend }) => {
    const { fallback } = backend.requests;
    if (fallback === undefined) throw new Error("the backend has no request that fell back");
    const page = await open(state.path(fallback), {
      as: "owner",
      theme,
      height: 1100,
      // A request from before contents were logged has none.
      before: async (opened) => expectInConsole(opened, /status of 404/),
    });
    await page.getByText(state.shows).filter({ visible: true }).first().waitFor();
    await screenshot(page, name);
    expect(await axe(page)).toEqual([]);
  },
);
