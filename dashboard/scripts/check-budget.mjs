#!/usr/bin/env node
/**
 * What one downloads before the dashboard and the landing page work, from the build that the gateway serves.
 *
 *     node scripts/check-budget.mjs        a table; fails when a budget is exceeded
 *
 * Counted: gzip bytes of the JavaScript of an entry, of what it imports, and of the chunk of the first page with what that
 * imports. What is fetched on demand later is not.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUILD = fileURLToPath(new URL("../../src/perpetuo/dashboard/", import.meta.url));
/** KB are 1,000 bytes. */
const BUDGETS = [
  { name: "dashboard, signed in, Overview", chunks: ["app.html", "src/pages/overview/OverviewPage.tsx"], maxKb: 200 },
  { name: "landing page", chunks: ["index.html"], maxKb: 120 },
];

/** Every budget with its files, the largest first. */
export function measure(build) {
  const manifest = JSON.parse(readFileSync(join(build, ".vite/manifest.json"), "utf8"));
  return BUDGETS.map(({ name, chunks, maxKb }) => {
    const files = [...withImports(manifest, chunks)].map((file) => ({
      file,
      gzipBytes: gzipSync(readFileSync(join(build, file)), { level: 9 }).length,
    }));
    files.sort((a, b) => b.gzipBytes - a.gzipBytes);
    return { name, maxKb, files, gzipBytes: files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0) };
  });
}

/** Files of JavaScript, each once. */
function withImports(manifest, chunks) {
  const files = new Set();
  const left = [...chunks];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} is not in the build's manifest`);
    if (files.has(chunk.file)) continue;
    files.add(chunk.file);
    left.push(...(chunk.imports ?? []));
  }
  return [...files].filter((file) => file.endsWith(".js"));
}

function print({ name, maxKb, files, gzipBytes }) {
  console.log(`${name}: ${kb(gzipBytes)} of ${maxKb} KB`);
  for (const file of files) console.log(`  ${kb(file.gzipBytes).padStart(7)}  ${file.file}`);
}

function kb(bytes) {
  return (bytes / 1000).toFixed(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = measure(process.argv[2] ?? BUILD);
  for (const budget of measured) print(budget);
  const exceeded = measured.filter(({ gzipBytes, maxKb }) => gzipBytes > maxKb * 1000);
  for (const { name } of exceeded) console.error(`over its budget: ${name}`);
  process.exit(exceeded.length > 0 ? 1 : 0);
}
