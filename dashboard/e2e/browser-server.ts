import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
// @ts-expect-error - a script without types
import { findBrowser } from "../scripts/find-browser.mjs";
import { backendFile } from "./backend";

declare module "vitest" {
  export interface ProvidedContext {
    browserEndpoint: string;
  }
}

/** One Chromium for all files; it does not outlive the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  backendFile();
  const server = await chromium.launchServer({
    executablePath: await findBrowser({ install: false }),
    headless: true,
    // Under root, and in containers with a small /dev/shm.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"],
  });
  project.provide("browserEndpoint", server.wsEndpoint());
  return () => server.close();
}
