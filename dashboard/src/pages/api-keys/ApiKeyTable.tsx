import { IconButton } from "../../components/Button";
import { Badge, type Tone } from "../../components/Notice";
import { type Column, Table } from "../../components/Table";
import { Money, Time } from "../../components/Values";
import { formatCount } from "../../format/numbers";
import { colour, font, size, weight } from "../../theme";
import type { ApiKey } from "./ApiKeysPage";

export interface Props {
  rows: readonly ApiKey[];
  mayWrite: boolean;
  onEdit(key: ApiKey): void;
  onRotate(key: ApiKey): void;
  onRevoke(key: ApiKey): void;
}

const TONES: Record<ApiKey["status"], Tone> = { active: "good", expired: "warn", revoked: "neutral" };

export function ApiKeyTable({ rows, mayWrite, onEdit, onRotate, onRevoke }: Props) {
  const columns: Column<ApiKey>[] = [
    {
      title: "Name",
      cell: (key) => (
        <div style={{ minWidth: 140 }}>
          <div style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>{key.name}</div>
          <code style={{ color: colour.textMuted, fontFamily: font.mono, fontSize: size.xs }}>{key.key_hint}</code>
        </div>
      ),
    },
    { title: "State", cell: (key) => <Badge tone={TONES[key.status]}>{key.status}</Badge> },
    { title: "Limits", notOnPhones: true, cell: (key) => <Limits of={key} /> },
    { title: "Last used", notOnPhones: true, cell: (key) => <Time at={key.last_used_at} relative /> },
    { title: "Ends", notOnPhones: true, cell: (key) => <Time at={key.revoked_at ?? key.expires_at} relative /> },
  ];
  if (mayWrite) {
    columns.push({
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (key) =>
        key.status === "active" && (
          <span style={{ display: "inline-flex" }}>
            <IconButton icon="edit" label={`Change ${key.name}`} onClick={() => onEdit(key)} />
            <IconButton icon="refresh" label={`Rotate ${key.name}`} onClick={() => onRotate(key)} />
            <IconButton icon="trash" label={`Revoke ${key.name}`} onClick={() => onRevoke(key)} />
          </span>
        ),
    });
  }
  return (
    <Table
      caption="API keys"
      columns={columns}
      rows={rows}
      rowKey={(key) => key.id}
      isFaded={(key) => key.status !== "active"}
    />
  );
}

function Limits({ of: key }: { of: ApiKey }) {
  const parts = [
    key.requests_per_minute !== null && `${formatCount(key.requests_per_minute)} requests a minute`,
    key.tokens_per_minute !== null && `${formatCount(key.tokens_per_minute)} tokens a minute`,
    key.allowed_aliases !== null && `only ${key.allowed_aliases.join(", ")}`,
  ].filter((part) => part !== false);
  return (
    <div style={{ fontSize: size.s, overflowWrap: "anywhere" }}>
      {key.budget_nanousd_month !== null && (
        <div>
          <Money nanousd={key.budget_nanousd_month} /> a month
        </div>
      )}
      {parts.map((part) => (
        <div key={part}>{part}</div>
      ))}
      {parts.length === 0 && key.budget_nanousd_month === null && <span style={{ color: colour.textMuted }}>none</span>}
    </div>
  );
}
