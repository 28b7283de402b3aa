import { useCallback } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card, Facts } from "../../components/Page";
import { Time } from "../../components/Values";
import { formatBytes, formatCount, formatDuration, plural } from "../../format/numbers";
import { space } from "../../theme";

type Health = Schemas["SystemHealth"];
const EVERY_MS = 10_000;
/** The projector is due every second or so; behind by this much, something holds it up. */
const BEHIND_BYTES = 64 * 1024 * 1024;

export function SystemHealth() {
  const health = useLoaded(
    useCallback(async (signal: AbortSignal) => (await api.get("/admin/health", { signal })).data, []),
    EVERY_MS,
  );
  return (
    <LoadState of={health} skeletonRows={10}>
      {(data) => (
        <div style={{ display: "grid", gap: space.l }}>
          {troubles(data).map((trouble) => (
            <Notice key={trouble} kind="warn">
              {trouble}
            </Notice>
          ))}
          <div
            style={{
              display: "grid",
              gap: space.l,
              gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 320px), 1fr))",
              alignItems: "start",
            }}
          >
            <Card title="Database">
              <Facts facts={databaseFacts(data)} />
            </Card>
            <Card
              title="Journals and tables"
              description="Requests are written to a journal first and reach the tables from there."
            >
              <Facts facts={projectorFacts(data)} />
            </Card>
            {data.worker && (
              <Card title="The worker that answered" description="Each worker has its own; ask again to see another.">
                <Facts facts={workerFacts(data.worker)} />
              </Card>
            )}
          </div>
        </div>
      )}
    </LoadState>
  );
}

/** What an operator should do something about, as sentences. */
export function troubles({ database, projector, worker }: Health): string[] {
  const found: string[] = [];
  if (database.schema_revision !== database.schema_needed)
    found.push(
      `The database is at revision ${database.schema_revision ?? "none"}, this version needs ${database.schema_needed}: run perpetuo migrate.`,
    );
  if (database.months_ahead < 1)
    found.push("There is no partition for next month's request logs: the projector makes them; is it running?");
  if (database.connections >= database.connections_most * 0.9)
    found.push(`${database.connections} of ${database.connections_most} connections of the database are in use.`);
  if (projector.journal_bytes > BEHIND_BYTES && (projector.newest_request_age_s ?? 0) > 60)
    found.push(
      `The newest request in the tables is ${formatDuration((projector.newest_request_age_s ?? 0) * 1000)} old, while journals hold ${formatBytes(projector.journal_bytes)}.`,
    );
  if (worker !== null && worker.journal_unwritten > 0)
    found.push(
      `${plural(worker.journal_unwritten, "settlement")} could not be written to the journal and waits in memory: is the disk full?`,
    );
  for (const [sink, count] of Object.entries(worker?.events_dropped ?? {}))
    if (count > 0) found.push(`${plural(count, "event")} were dropped at ${sink}.`);
  if ((worker?.keys_quarantined ?? 0) > 0)
    found.push(
      `${plural(worker?.keys_quarantined ?? 0, "provider key")} refused by its provider. The workspace's Providers page says which.`,
    );
  return found;
}

function databaseFacts({ database, pool }: Health) {
  return [
    { name: "Answers in", value: formatDuration(database.latency_ms) },
    { name: "PostgreSQL", value: database.server_version },
    { name: "Size", value: formatBytes(database.size_bytes) },
    { name: "Connections", value: `${database.connections} of ${database.connections_most}` },
    { name: "Our pool", value: `${pool.in_use} of ${pool.size} in use` },
    { name: "Schema", value: database.schema_revision ?? "none" },
  ];
}

function projectorFacts({ projector }: Health) {
  return [
    { name: "Newest request", value: <Time at={projector.newest_request_at} relative never="none yet" /> },
    { name: "Journals", value: `${formatCount(projector.journals)}, ${formatBytes(projector.journal_bytes)}` },
  ];
}

function workerFacts(worker: NonNullable<Health["worker"]>) {
  return [
    { name: "Version", value: worker.version },
    { name: "Process", value: `${worker.pid}${worker.draining ? ", draining" : ""}` },
    { name: "Running for", value: formatDuration(worker.uptime_s * 1000) },
    { name: "In flight", value: formatCount(worker.in_flight) },
    {
      name: "Snapshot",
      value: `${worker.snapshot_version}${worker.snapshot_age_s === null ? "" : `, ${formatDuration(worker.snapshot_age_s * 1000)} old`}`,
    },
    {
      name: "Holds",
      value: `${plural(worker.workspaces, "workspace")}, ${plural(worker.provider_keys, "provider key")}, ${plural(worker.api_keys, "API key")}`,
    },
    { name: "Breakers open", value: formatCount(worker.breakers_open) },
    { name: "Keys refused", value: formatCount(worker.keys_quarantined) },
    { name: "Journal", value: `${formatBytes(worker.journal_bytes)}, fsync ${worker.journal_fsync}` },
    { name: "Prices of", value: worker.prices_of },
    {
      name: "Addresses limited",
      value: worker.addresses_limited === null ? "no limit set" : formatCount(worker.addresses_limited),
    },
  ];
}
