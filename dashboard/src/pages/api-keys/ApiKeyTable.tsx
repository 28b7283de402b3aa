import { IconButton } from "../../components/Button";
import { Badge, type Tone } from "../../components/Notice";
import { type Column, Table } from "../../components/Table";
import { Money, Time } from "../../components/Values";
import { plural } from "../../format/numbers";
import { colour, font, radius, size, weight } from "../../theme";
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
    { title: "State", cell: (key) => <State of={key} /> },
    { title: "This month", numeric: true, cell: (key) => <Spent of={key} /> },
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

/** A key that was rotated goes on until its overlap ends: the column "Ends" says when. */
function State({ of: key }: { of: ApiKey }) {
  if (key.status === "active" && key.replaced_by !== null) return <Badge tone="warn">replaced</Badge>;
  return <Badge tone={TONES[key.status]}>{key.status}</Badge>;
}

/** Against its budget, in words and as a bar: from 80 % on it is said. */
function Spent({ of: key }: { of: ApiKey }) {
  const budget = key.budget_nanousd_month;
  const share = budget === null ? 0 : budget === 0 ? 1 : Math.min(1, key.spent_nanousd_month / budget);
  return (
    <div style={{ display: "inline-grid", gap: 3, justifyItems: "end", minWidth: 90 }}>
      <Money nanousd={key.spent_nanousd_month} />
      {budget !== null && (
        <>
          <span style={{ color: share >= 0.8 ? colour.bad : colour.textMuted, fontSize: size.xs }}>
            {share >= 1 ? "used up: " : share >= 0.8 ? "nearly used up: " : ""}of <Money nanousd={budget} />
          </span>
          <span
            aria-hidden="true"
            style={{ width: 90, height: 4, borderRadius: radius.s, background: colour.neutralSoft }}
          >
            <span
              style={{
                display: "block",
                width: `${share * 100}%`,
                height: "100%",
                borderRadius: radius.s,
                background: share >= 0.8 ? colour.bad : colour.accent,
              }}
            />
          </span>
        </>
      )}
    </div>
  );
}

function Limits({ of: key }: { of: ApiKey }) {
  const parts = [
    key.requests_per_minute !== null && `${plural(key.requests_per_minute, "request")} a minute`,
    key.tokens_per_minute !== null && `${plural(key.tokens_per_minute, "token")} a minute`,
    key.allowed_aliases !== null && `only ${key.allowed_aliases.join(", ")}`,
  ].filter((part) => part !== false);
  return (
    <div style={{ fontSize: size.s, overflowWrap: "anywhere" }}>
      {parts.map((part) => (
        <div key={part}>{part}</div>
      ))}
      {parts.length === 0 && <span style={{ color: colour.textMuted }}>none</span>}
    </div>
  );
}
