import { useState } from "react";
import type { Schemas } from "../../api/client";
import { TextField } from "../../components/Field";
import { Badge } from "../../components/Notice";
import { type Column, Table } from "../../components/Table";
import { formatCompact, formatCount, plural } from "../../format/numbers";
import { colour, font, size, space } from "../../theme";
import { HEALTH, type KeyHealth, State } from "./KeyState";
import { usdOf } from "./ownModels";

type Offered = Schemas["OfferedModel"];

export interface Props {
  models: readonly Offered[];
  health: KeyHealth | undefined;
}

const SHOWN = 50;
const SOURCES: Record<Offered["source"], string> = {
  own: "entered with this key",
  catalog: "the catalog",
  discovered: "the provider's list",
};

/** What a key may be asked for. Long lists are searched, not scrolled. */
export function OfferedModels({ models, health }: Props) {
  const [search, setSearch] = useState("");
  const found = models.filter((model) => `${model.id} ${model.canonical}`.toLowerCase().includes(search.toLowerCase()));
  const healthOf = new Map(health?.models.map((each) => [each.model, each]));
  const columns: Column<Offered>[] = [
    { title: "Model", cell: (model) => <Name of={model} health={healthOf.get(model.id)} /> },
    { title: "Tiers", cell: (model) => <Tiers of={model} /> },
    { title: "Context", numeric: true, cell: (model) => <Context of={model} /> },
    { title: "USD per 1M, in / out", numeric: true, cell: (model) => <Price of={model} /> },
  ];
  return (
    <div style={{ display: "grid", gap: space.s }}>
      {models.length > 8 && (
        <TextField
          label={`Search ${plural(models.length, "model")}`}
          type="search"
          value={search}
          onChange={setSearch}
        />
      )}
      {found.length === 0 ? (
        <p style={{ color: colour.textMuted }}>
          {models.length === 0
            ? "None is known yet. The provider’s own list is read now and then; models can also be entered with the key."
            : "No model has that in its name."}
        </p>
      ) : (
        <Table caption="Models" columns={columns} rows={found.slice(0, SHOWN)} rowKey={(model) => model.id} />
      )}
      {found.length > SHOWN && (
        <p style={{ color: colour.textMuted, fontSize: size.s }}>
          The first {SHOWN} of {formatCount(found.length)}: search to see others.
        </p>
      )}
    </div>
  );
}

function Name({ of: model, health }: { of: Offered; health: Schemas["ModelHealth"] | undefined }) {
  const can = model.capabilities.map((each) => each.replace("_", " ")).join(", ");
  const isTroubled = health !== undefined && health.state !== "healthy" && health.state !== "unknown";
  return (
    <div style={{ minWidth: 180, maxWidth: 320, overflowWrap: "anywhere", display: "grid", gap: 2 }}>
      <code style={{ fontFamily: font.mono, fontSize: size.s }}>{model.id}</code>
      <span style={{ color: colour.textMuted, fontSize: size.xs }}>
        {model.intent}
        {can && `: ${can}`} · from {SOURCES[model.source]}
        {model.canonical !== model.id && ` · counts as ${model.canonical}`}
      </span>
      {isTroubled && (
        <State
          name={HEALTH[health.state].name}
          tone={HEALTH[health.state].tone}
          reason={health.reason}
          retryAfterS={health.retry_after_s}
        />
      )}
    </div>
  );
}

function Tiers({ of: model }: { of: Offered }) {
  if (model.tiers.length === 0) return <span style={{ color: colour.textMuted }}>none</span>;
  return (
    <span style={{ display: "inline-flex", flexWrap: "wrap", gap: 2 }}>
      {model.tiers.map((tier) => (
        <Badge key={tier} tone="info">
          {tier}
        </Badge>
      ))}
    </span>
  );
}

function Context({ of: model }: { of: Offered }) {
  if (model.context_tokens === null) return <span style={{ color: colour.textMuted }}>not known</span>;
  const most = model.max_output_tokens === null ? "" : `\nAt most ${formatCount(model.max_output_tokens)} of output`;
  return (
    <span title={`${formatCount(model.context_tokens)} tokens${most}`}>{formatCompact(model.context_tokens)}</span>
  );
}

function Price({ of: model }: { of: Offered }) {
  const band = model.price?.[0];
  if (band === undefined) return <span style={{ color: colour.textMuted }}>unpriced</span>;
  const bands = model.price?.length ?? 1;
  return (
    <div style={{ whiteSpace: "nowrap" }}>
      {usdOf(band.input)} / {usdOf(band.output)}
      <div style={{ color: colour.textMuted, fontSize: size.xs, whiteSpace: "normal" }}>
        {bands > 1 && `more for longer inputs · `}
        {model.price_source}
      </div>
    </div>
  );
}
