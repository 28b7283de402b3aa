import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { troubles } from "./SystemHealth";

type Health = Schemas["SystemHealth"];

const HEALTHY: Health = {
  version: "0.1.0",
  database: {
    latency_ms: 0.4,
    server_version: "18.4",
    size_bytes: 9_000_000,
    connections: 5,
    connections_most: 60,
    schema_revision: "0007",
    schema_needed: "0007",
    months_ahead: 2,
  },
  projector: { newest_request_at: null, newest_request_age_s: null, journals: 1, journal_bytes: 900 },
  pool: { size: 8, in_use: 1 },
  worker: null,
};

test("a healthy installation has no troubles", () => {
  expect(troubles(HEALTHY)).toEqual([]);
});

test.each<[string, Partial<Health>, RegExp]>([
  ["an old schema", { database: { ...HEALTHY.database, schema_revision: "0006" } }, /0006.*0007.*perpetuo migrate/],
  ["no partition ahead", { database: { ...HEALTHY.database, months_ahead: 0 } }, /partition for next month/],
  ["few connections left", { database: { ...HEALTHY.database, connections: 55 } }, /55 of 60 connections/],
  [
    "a projector that hangs",
    {
      projector: {
        newest_request_at: "2026-11-25T00:00:00Z",
        newest_request_age_s: 300,
        journals: 2,
        journal_bytes: 90_000_000,
      },
    },
    /5 min old, while journals hold 90 MB/,
  ],
])("%s is told", (_, change, sentence) => {
  const found = troubles({ ...HEALTHY, ...change });
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(sentence);
});
