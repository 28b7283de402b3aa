import type { Schemas } from "../../api/client";
import { LinkButton } from "../../components/LinkButton";
import { Badge, type Tone } from "../../components/Notice";
import { Card } from "../../components/Page";
import { type Column, Table } from "../../components/Table";
import { formatDuration, formatShare } from "../../format/numbers";
import { colour, size } from "../../theme";

export interface Props {
  keys: readonly Schemas["KeyHealth"][];
}

type KeyHealth = Schemas["KeyHealth"];

const STATES: Record<KeyHealth["state"], { tone: Tone; name: string }> = {
  healthy: { tone: "good", name: "healthy" },
  degraded: { tone: "warn", name: "degraded" },
  cooling: { tone: "warn", name: "cooling" },
  quarantined: { tone: "bad", name: "refused" },
  breaker_open: { tone: "bad", name: "breaker open" },
  unknown: { tone: "neutral", name: "not asked lately" },
};

const COLUMNS: Column<KeyHealth>[] = [
  {
    title: "Provider key",
    cell: (key) => (
      <>
        {key.vendor}
        {key.label && <span style={{ color: colour.textMuted }}> {key.label}</span>}
      </>
    ),
  },
  {
    title: "State",
    cell: (key) => <Badge tone={STATES[key.state].tone}>{STATES[key.state].name}</Badge>,
  },
  {
    title: "Why",
    notOnPhones: true,
    cell: (key) => <span style={{ color: colour.textMuted, fontSize: size.s }}>{key.reason}</span>,
  },
  { title: "Errors", numeric: true, cell: (key) => (key.error_rate === null ? "–" : formatShare(key.error_rate)) },
  {
    title: "First byte",
    numeric: true,
    cell: (key) => (key.first_byte_ms === null ? "–" : formatDuration(key.first_byte_ms)),
  },
];

/** How each provider key does at this moment, whatever time is looked at. */
export function ProvidersNow({ keys }: Props) {
  return (
    <Card
      title="Providers now"
      description="Of the last minutes, in the order they are asked in."
      actions={
        <LinkButton small to="/app/providers">
          Providers
        </LinkButton>
      }
      padding={0}
    >
      <Table
        caption="Provider keys and their state"
        columns={COLUMNS}
        rows={keys}
        rowKey={(key) => key.provider_key_id}
      />
    </Card>
  );
}
