// Writes src/api/schema.ts from the control plane's OpenAPI document. `--check`: says whether it is current.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const dashboard = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const repository = resolve(dashboard, "..");
const target = resolve(dashboard, "src/api/schema.ts");
const HEAD = "// Made from the control plane's OpenAPI document by `npm run api-types`; do not edit.\n\n";

const python = process.env.PYTHON ?? resolve(repository, ".venv/bin/python");
const printed = spawnSync(python, [resolve(repository, "scripts/write-openapi.py")], {
  encoding: "utf8",
  maxBuffer: 64e6,
});
if (printed.status !== 0) {
  console.error(printed.stderr || `${python} could not be started: run make first, or name another in PYTHON.`);
  process.exit(1);
}
// Constants of replies (`success`, `done`) are always there: a default does not make a field optional in a reply.
const types = HEAD + astToString(await openapiTS(JSON.parse(printed.stdout), { defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== types) {
    console.error(
      "dashboard/src/api/schema.ts is not what the API is now: run `npm run api-types` in dashboard/ and commit it.",
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, types);
}
