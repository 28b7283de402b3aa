/**
 * The dashboard in Chromium, against a real gateway.
 *
 *     import { axe, expect, test } from "./harness";
 *
 *     test("a viewer can not make keys", async ({ open }) => {
 *       const page = await open("/app/api-keys", { as: "viewer", width: 360 });
 *       expect(await page.getByRole("button", { name: "Create key" }).count()).toBe(0);
 *       expect(await axe(page)).toEqual([]);
 *     });
 *
 * A test fails by itself when a page throws, writes an error to the console, breaks its Content-Security-Policy or opens
 * a dialog of the browser's. Replies that are expected to be refused: `expectInConsole(page, /status of 422/)`.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { test as base, inject } from "vitest";
import { type Backend, type Person, pagesUrl, readBackend } from "./backend";
import { type SignedIn, sessionOf, signIn, switchedTo } from "./people";

export { expect } from "vitest";
export { axe } from "./axe";
export type { Backend, Person } from "./backend";
export { apiAs } from "./people";

export type Theme = "light" | "dark";
export const THEMES: Theme[] = ["light", "dark"];

export interface OpenOptions {
  /** Nobody, when left out. */
  as?: Person;
  /** Instead of the one they signed in to. */
  workspaceId?: string;
  /** What the system prefers. */
  theme?: Theme;
  /** What was chosen by the dashboard's own switch. */
  chosenTheme?: Theme | "system";
  /** px */
  width?: number;
  /** px */
  height?: number;
  reducedMotion?: boolean;
  /** A session of its own with its refresh cookie, instead of the one that tests share. */
  ownSession?: boolean;
  /**
   * A tab beside those of other tests that ask for the same: a third of the time of a browser of its own. For tests
   * that only look, because what is stored is shared.
   */
  shared?: boolean;
  /** Called before the page is loaded, e.g. to put routes. */
  before?: (page: Page) => Promise<void>;
}

export type Open = (path: string, options?: OpenOptions) => Promise<Page>;

export const test = base.extend<{ open: Open; backend: Backend }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are needed
  backend: async ({}, use) => {
    await use(readBackend());
  },
  open: async ({ task }, use) => {
    const opened: Watched[] = [];
    await use(async (path, options = {}) => {
      const watched = await newPage(options);
      opened.push(watched);
      await options.before?.(watched.page);
      await watched.page.goto(path, { waitUntil: "load" });
      await settled(watched.page);
      return watched.page;
    });
    const problems = [...new Set(opened.flatMap((watched) => watched.problems))];
    if (problems.length > 0 || task.result?.state === "fail") await keepPictures(task.name, opened);
    for (const { context, page, isShared } of opened) await (isShared ? page.close() : context.close());
    if (problems.length > 0) throw new Error(`the browser reports:\n${problems.join("\n")}`);
  },
});

interface Watched {
  context: BrowserContext;
  page: Page;
  isShared: boolean;
  problems: string[];
}

const expected = new WeakMap<Page, RegExp[]>();
const underway = new WeakMap<Page, Set<Request>>();

/** Of this page, these errors are no failure. Chromium writes one for every reply of 400 and above. */
export function expectInConsole(page: Page, ...patterns: RegExp[]): void {
  expected.set(page, [...(expected.get(page) ?? []), ...patterns]);
}

/** Only to say what is missing, instead of the test's own limit. */
const SETTLED_WITHIN_MS = 20_000;

/** Loaded: nothing is on its way, no skeleton is left, and the transitions have come to rest. */
export async function settled(page: Page): Promise<void> {
  const requests = underway.get(page) ?? new Set<Request>();
  const since = Date.now();
  let quiet = 0;
  while (quiet < 2) {
    if (Date.now() - since > SETTLED_WITHIN_MS) {
      const urls = [...requests].map((request) => request.url());
      throw new Error(`${page.url()} does not come to rest; on their way: ${urls.join(", ") || "nothing"}`);
    }
    await page.evaluate(() => new Promise((done) => setTimeout(done, 25)));
    const isLoading = await page.evaluate(
      () =>
        document.querySelector(".skeleton, [aria-busy=true]") !== null ||
        document.querySelector("#root")?.childElementCount === 0 ||
        document.getAnimations().some(({ playState, effect }) => {
          return playState === "running" && effect?.getTiming().iterations !== Number.POSITIVE_INFINITY;
        }),
    );
    quiet = requests.size > 0 || isLoading ? 0 : quiet + 1;
  }
}

/** As if the network went away; the gateway goes on. */
export async function goOffline(page: Page): Promise<void> {
  expectInConsole(page, /ERR_INTERNET_DISCONNECTED/);
  await page.context().setOffline(true);
}

export async function goOnline(page: Page): Promise<void> {
  await page.context().setOffline(false);
}

/** Replies of paths that match come this much later. To be given as `before`, or called on a page. */
export async function slowApi(page: Page, path: RegExp, delayMs: number): Promise<void> {
  await page.route(
    (url) => path.test(url.pathname),
    async (route) => {
      await new Promise((done) => setTimeout(done, delayMs));
      await route.continue();
    },
  );
}

/** Replies of paths that match wait until `release` is called: a test of what is shown while waiting needs no clock. */
export async function heldApi(page: Page, path: RegExp): Promise<{ release: () => void }> {
  let release = () => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  await page.route(
    (url) => path.test(url.pathname),
    async (route) => {
      await released;
      await route.continue();
    },
  );
  return { release };
}

/** Replies of paths that match are this failure. */
export async function brokenApi(page: Page, path: RegExp, status: number, error: string): Promise<void> {
  expectInConsole(page, new RegExp(`status of ${status}`));
  await page.route(
    (url) => path.test(url.pathname),
    (route) => route.fulfill({ status, json: { success: false, error, code: "internal_error", field: null } }),
  );
}

/** `docs/screenshots/<name>-<theme>.png`, when PERPETUO_SCREENSHOTS=1; else nothing. */
export async function screenshot(page: Page, name: string, { fullPage = false } = {}): Promise<void> {
  if (process.env.PERPETUO_SCREENSHOTS !== "1") return;
  const theme = (await page.evaluate(() => document.documentElement.dataset.theme)) ?? "light";
  const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}-${theme}.png`, fullPage, animations: "disabled", scale: "css" });
}

async function newPage(options: OpenOptions): Promise<Watched> {
  const isShared = options.shared ?? false;
  const context = await (isShared ? sharedContext(options) : newContext(options));
  const page = await context.newPage();
  await page.setViewportSize({ width: options.width ?? 1440, height: options.height ?? 900 });
  return { context, page, isShared, problems: watch(page) };
}

const shared = new Map<string, Promise<BrowserContext>>();

function sharedContext(options: OpenOptions): Promise<BrowserContext> {
  const { before: _before, width: _width, height: _height, ...same } = options;
  const key = JSON.stringify(same);
  const context = shared.get(key) ?? newContext(options);
  shared.set(key, context);
  return context;
}

async function newContext(options: OpenOptions): Promise<BrowserContext> {
  const baseURL = pagesUrl(readBackend());
  const context = await (await browser()).newContext({
    baseURL,
    colorScheme: options.theme ?? "light",
    reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(10_000);
  await context.addInitScript(reportPolicyViolations);
  if (options.chosenTheme !== undefined) {
    await context.addInitScript((choice) => localStorage.setItem("perpetuo.theme", choice), options.chosenTheme);
  }
  if (options.as !== undefined) await signInto(context, options.as, options, baseURL);
  return context;
}

async function signInto(context: BrowserContext, person: Person, options: OpenOptions, baseURL: string): Promise<void> {
  let session: SignedIn;
  if (options.ownSession) {
    const { signedIn, cookies } = await signIn(person);
    await context.addCookies(cookies.map((cookie) => cookieFrom(cookie, baseURL)));
    session = signedIn;
  } else session = await sessionOf(person);
  if (options.workspaceId !== undefined) session = await switchedTo(options.workspaceId, session);
  // Only once: what the dashboard changes or removes stays so when the page is loaded again.
  await context.addInitScript(({ token, expiresAtMs, workspaceId }) => {
    if (localStorage.getItem("e2e.signed-in") !== null) return;
    localStorage.setItem("e2e.signed-in", "1");
    localStorage.setItem("perpetuo.tokens", JSON.stringify({ [workspaceId]: { token, expiresAtMs } }));
    localStorage.setItem("perpetuo.workspace", workspaceId);
  }, session);
}

/** `name=value; Path=/auth; HttpOnly; …`. */
function cookieFrom(header: string, baseURL: string) {
  const [pair = "", ...attributes] = header.split(";").map((part) => part.trim());
  const [name = "", ...value] = pair.split("=");
  const path = attributes.find((attribute) => attribute.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
  const domain = new URL(baseURL).hostname;
  return { name, value: value.join("="), domain, path, httpOnly: true, sameSite: "Strict" as const };
}

/** Runs in the page. Blocked inline styles and the like are told in the console too, but not all, and not where. */
function reportPolicyViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(
      `Content-Security-Policy: ${event.effectiveDirective} blocked ${event.blockedURI} ${event.sourceFile}`,
    );
  });
}

function watch(page: Page): string[] {
  const problems: string[] = [];
  const requests = new Set<Request>();
  underway.set(page, requests);
  page.on("request", (request) => requests.add(request));
  page.on("requestfinished", (request) => requests.delete(request));
  page.on("requestfailed", (request) => requests.delete(request));
  page.on("pageerror", (error) => problems.push(`${page.url()}: thrown: ${error.stack ?? error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`${page.url()}: a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    const text = `${message.text()} (${message.location().url})`;
    if (message.type() !== "error" || expected.get(page)?.some((pattern) => pattern.test(text))) return;
    problems.push(`${page.url()}: console: ${text}`);
  });
  return problems;
}

let connection: Promise<Browser> | undefined;

/** With `isolate: false` the module is kept from one file to the next, and the connection with it. */
function browser(): Promise<Browser> {
  connection ??= chromium.connect(inject("browserEndpoint"));
  return connection;
}

/** Of what a failed test saw last: `build/e2e/<test>-<n>.png`. */
async function keepPictures(test: string, opened: Watched[]): Promise<void> {
  const folder = fileURLToPath(new URL("../../build/e2e/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const name = test.replace(/[^a-z0-9]+/gi, "-").slice(0, 80);
  for (const [number, { page }] of opened.entries()) {
    await page.screenshot({ path: `${folder}${name}-${number}.png` }).catch(() => undefined);
  }
}
