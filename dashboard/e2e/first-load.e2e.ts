import { describe } from "vitest";
import { expect, test } from "./harness";

/**
 * What is asserted is counted: requests and bytes. How long it took is printed only, for docs/dashboard.md.
 */
const LOADS = [
  { path: "/", as: undefined, ready: "h1", maxRequests: 10, maxKb: 160 },
  { path: "/app/overview", as: "owner", ready: "main h1", maxRequests: 30, maxKb: 300 },
] as const;

describe.each(LOADS)("$path", ({ path, as, ready, maxRequests, maxKb }) => {
  test(`needs at most ${maxRequests} requests and ${maxKb} KB, whatever is cached`, async ({ open }) => {
    const sizes: Promise<{ requestBytes: number; replyBytes: number }>[] = [];
    const page = await open(path, {
      as,
      before: async (fresh) => {
        fresh.on("requestfinished", (request) => {
          const size = request.sizes().then((told) => ({
            requestBytes: told.requestHeadersSize + told.requestBodySize,
            replyBytes: told.responseHeadersSize + told.responseBodySize,
          }));
          sizes.push(size);
        });
      },
    });
    await page.locator(ready).first().waitFor();
    const all = await Promise.all(sizes);
    const kb = all.reduce((sum, { replyBytes }) => sum + replyBytes, 0) / 1000;
    const toldMs = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return { interactive: navigation?.domInteractive, loaded: navigation?.loadEventEnd, paint: paint?.startTime };
    });
    console.log(`${path}: ${all.length} requests, ${kb.toFixed(1)} KB, ${JSON.stringify(toldMs)} ms`);
    expect(all.length).toBeLessThanOrEqual(maxRequests);
    expect(kb).toBeLessThanOrEqual(maxKb);
  });

  test("asks no other host", async ({ open }) => {
    const hosts = new Set<string>();
    const page = await open(path, {
      as,
      before: async (fresh) => {
        fresh.on("request", (request) => hosts.add(new URL(request.url()).host));
      },
    });
    expect([...hosts]).toEqual([new URL(page.url()).host]);
  });
});
