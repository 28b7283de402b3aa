import type { ReactNode } from "react";
import { Button, IconButton } from "../../components/Button";
import { Checkbox, SelectField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { colour, size, space, weight } from "../../theme";
import { CAPABILITIES, emptyDraft, type ModelDraft, type ModelMistakes, TIERS } from "./ownModels";

export interface Props {
  drafts: readonly ModelDraft[];
  mistakes: ReadonlyMap<number, ModelMistakes>;
  onChange(drafts: ModelDraft[]): void;
  /** Whether nothing else tells which models there are. */
  needed: boolean;
}

const INTENTS = [
  { value: "", label: "as known" },
  { value: "chat", label: "chat" },
  { value: "embedding", label: "embedding" },
] as const;

/** Models that a key offers whatever the catalog says: of self-hosted servers, fine-tuned ones, ones with own prices. */
export function OwnModelsEditor({ drafts, mistakes, onChange, needed }: Props) {
  const set = (row: number, change: Partial<ModelDraft>) =>
    onChange(drafts.map((draft) => (draft.row === row ? { ...draft, ...change } : draft)));
  return (
    <fieldset style={{ display: "grid", gap: space.m }}>
      <legend style={{ fontSize: size.s, fontWeight: weight.medium, paddingBottom: space.xs }}>
        Own models <span style={{ color: colour.textMuted, fontWeight: weight.normal }}>(optional)</span>
      </legend>
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        {needed
          ? "This provider's models are read from its server where it lists them. A model gets requests for a tier only when you give it that tier."
          : "Only for what the catalog does not know: a fine-tuned model, a tier or a price of your own."}
      </p>
      {drafts.map((draft, index) => (
        <ModelRow
          key={draft.row}
          place={index + 1}
          draft={draft}
          mistakes={mistakes.get(draft.row) ?? {}}
          onChange={(change) => set(draft.row, change)}
          onRemove={() => onChange(drafts.filter((each) => each.row !== draft.row))}
        />
      ))}
      <Button small icon="plus" onClick={() => onChange([...drafts, emptyDraft()])} style={{ justifySelf: "start" }}>
        Add a model
      </Button>
    </fieldset>
  );
}

interface RowProps {
  place: number;
  draft: ModelDraft;
  mistakes: ModelMistakes;
  onChange(change: Partial<ModelDraft>): void;
  onRemove(): void;
}

function ModelRow({ place, draft, mistakes, onChange, onRemove }: RowProps) {
  const name = draft.id.trim() || `model ${place}`;
  const more = (draft.price?.length ?? 0) > 1;
  return (
    <fieldset style={{ display: "grid", gap: space.m, paddingTop: space.m, borderTop: `1px solid ${colour.line}` }}>
      <legend className="visually-hidden">{name}</legend>
      <div style={{ display: "flex", gap: space.s, alignItems: "flex-start" }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <TextField
            label={`Name at the provider, model ${place}`}
            value={draft.id}
            error={mistakes.id}
            maxLength={256}
            mono
            onChange={(id) => onChange({ id })}
          />
        </div>
        <IconButton icon="trash" label={`Remove ${name}`} onClick={onRemove} style={{ marginTop: 22 }} />
      </div>
      <div
        style={{
          display: "grid",
          alignItems: "start",
          gap: space.m,
          gridTemplateColumns: "repeat(auto-fit, minmax(130px, 1fr))",
        }}
      >
        <SelectField
          label="Intent"
          value={draft.intent}
          choices={INTENTS}
          onChange={(intent) => onChange({ intent })}
        />
        <TextField
          label="Context, tokens"
          inputMode="numeric"
          value={draft.contextTokens}
          error={mistakes.contextTokens}
          onChange={(contextTokens) => onChange({ contextTokens })}
        />
        <TextField
          label="Input, USD per 1M"
          inputMode="decimal"
          value={draft.inputUsd}
          error={mistakes.price}
          onChange={(inputUsd) => onChange({ inputUsd })}
        />
        <TextField
          label="Output, USD per 1M"
          inputMode="decimal"
          value={draft.outputUsd}
          onChange={(outputUsd) => onChange({ outputUsd })}
        />
      </div>
      {more && <Notice kind="info">Its prices for longer inputs stay as they are.</Notice>}
      <Choices label="Tiers" error={mistakes.tiers}>
        {TIERS.map((tier) => (
          <Checkbox
            key={tier}
            label={tier}
            checked={draft.tiers.includes(tier)}
            onChange={(on) =>
              onChange({ tiers: TIERS.filter((each) => (each === tier ? on : draft.tiers.includes(each))) })
            }
          />
        ))}
      </Choices>
      <Choices label="Can">
        <Checkbox
          label="as known, else everything"
          checked={draft.capabilities === null}
          onChange={(on) => onChange({ capabilities: on ? null : [] })}
        />
        {draft.capabilities !== null &&
          CAPABILITIES.map(({ value, label }) => (
            <Checkbox
              key={value}
              label={label}
              checked={draft.capabilities?.includes(value) ?? false}
              onChange={(on) =>
                onChange({
                  capabilities: CAPABILITIES.map((each) => each.value).filter((each) =>
                    each === value ? on : draft.capabilities?.includes(each),
                  ),
                })
              }
            />
          ))}
      </Choices>
    </fieldset>
  );
}

function Choices({ label, error, children }: { label: string; error?: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend style={{ fontSize: size.s, fontWeight: weight.medium }}>{label}</legend>
      <div style={{ display: "flex", flexWrap: "wrap", gap: `0 ${space.l}px` }}>{children}</div>
      {error && (
        <p role="alert" style={{ color: colour.bad, fontSize: size.s }}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
