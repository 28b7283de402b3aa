import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Pictures are taken of what was seeded, before tests change it; payloads in every field come last. */
class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      moduleId.endsWith("/pages.e2e.ts") ? 0 : moduleId.endsWith("/stored-xss.e2e.ts") ? 2 : 1;
    return [...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/**
 * unit: components and pure functions, `npx vitest run --project unit src/pages/api-keys`.
 * e2e: Chromium against a real gateway, by `make e2e`, or by hand on `tests/e2e/dashboard_backend.py --write <file>`:
 * `PERPETUO_E2E=<file> npx vitest run --project e2e pages`.
 */
export default defineConfig({
  plugins: [react()],
  test: {
    sequence: { sequencer: InOrder },
    maxConcurrency: 3,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.{ts,tsx}"],
          environment: "happy-dom",
          setupFiles: ["src/test-setup.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [process.env.PERPETUO_SOAK === "1" ? "e2e/soak/*.e2e.ts" : "e2e/*.e2e.ts"],
          environment: "node",
          globalSetup: ["e2e/browser-server.ts"],
          // One gateway and one browser: files come one after the other, in one process.
          fileParallelism: false,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
