import { useId, useState } from "react";
import type { Schemas } from "../../api/client";
import { Checkbox, SelectField, TextField } from "../../components/Field";
import { colour, size, space, weight } from "../../theme";
import { NEEDS, type Read, type Typed } from "./explainer";

export interface Props {
  typed: Typed;
  mistakes: Read["mistakes"];
  suggestions: readonly string[];
  apiKeys: readonly Schemas["ApiKey"][];
  onChange(change: Partial<Typed>): void;
  onTypeModel(): void;
}

const STRATEGIES = [
  { value: "", label: "As the workspace says" },
  { value: "all", label: "Compare all four" },
  { value: "default", label: "default" },
  { value: "fastest", label: "fastest" },
  { value: "cheapest", label: "cheapest" },
  { value: "reliable", label: "reliable" },
] as const;
const INTENTS = [
  { value: "chat", label: "chat" },
  { value: "embedding", label: "embedding" },
] as const;
const SUBSTITUTIONS = [
  { value: "", label: "As the workspace says" },
  { value: "tier", label: "Any model of the tier" },
  { value: "fallback", label: "Another model only as a fallback" },
  { value: "never", label: "Never another model" },
] as const;

/** A request, as far as its decision depends on it. */
export function ExplainerForm({ typed, mistakes, suggestions, apiKeys, onChange, onTypeModel }: Props) {
  const listId = useId();
  // As a link asks, and then as whoever types wants it: it does not close over the field that one is in.
  const [isOpen, setOpen] = useState(() => hasMore(typed));
  const keyChoices = [
    { value: "", label: "A key without limits" },
    ...apiKeys.map((key) => ({ value: key.id, label: `${key.name} (${key.key_hint})` })),
  ];
  // One that is in the address and not in the list is shown as what it is.
  if (!keyChoices.some((choice) => choice.value === typed.apiKeyId)) {
    keyChoices.push({ value: typed.apiKeyId, label: typed.apiKeyId });
  }
  return (
    <div style={{ display: "grid", gap: space.l }}>
      <datalist id={listId}>
        {suggestions.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div
        style={{
          display: "grid",
          alignItems: "start",
          gap: space.l,
          gridTemplateColumns: "repeat(auto-fit, minmax(220px, 1fr))",
        }}
      >
        <TextField
          label="Model or alias"
          value={typed.model}
          list={listId}
          maxLength={256}
          mono
          onFocus={onTypeModel}
          onChange={(model) => onChange({ model })}
        />
        <SelectField
          label="Strategy"
          value={typed.strategy}
          choices={STRATEGIES}
          onChange={(strategy) => onChange({ strategy })}
        />
        <SelectField
          label="For the API key"
          value={typed.apiKeyId}
          choices={keyChoices}
          onChange={(apiKeyId) => onChange({ apiKeyId })}
        />
      </div>
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary style={{ minHeight: 24, fontSize: size.s }}>The request's size, and what it needs</summary>
        <div style={{ display: "grid", gap: space.l, paddingTop: space.m }}>
          <div
            style={{
              display: "grid",
              alignItems: "start",
              gap: space.l,
              gridTemplateColumns: "repeat(auto-fit, minmax(160px, 1fr))",
            }}
          >
            <SelectField
              label="Intent"
              value={typed.intent}
              choices={INTENTS}
              onChange={(intent) => onChange({ intent })}
            />
            <TextField
              label="Input tokens"
              inputMode="numeric"
              value={typed.inputTokens}
              error={mistakes.inputTokens}
              onChange={(inputTokens) => onChange({ inputTokens })}
            />
            <TextField
              label="Output tokens at most"
              optional
              inputMode="numeric"
              value={typed.outputTokens}
              error={mistakes.outputTokens}
              onChange={(outputTokens) => onChange({ outputTokens })}
            />
            <SelectField
              label="Another model"
              value={typed.substitution}
              choices={SUBSTITUTIONS}
              onChange={(substitution) => onChange({ substitution })}
            />
          </div>
          <Needs typed={typed} onChange={onChange} />
        </div>
      </details>
    </div>
  );
}

function Needs({ typed, onChange }: Pick<Props, "typed" | "onChange">) {
  return (
    <fieldset>
      <legend style={{ fontSize: size.s, fontWeight: weight.medium }}>It carries</legend>
      <div style={{ display: "flex", flexWrap: "wrap", gap: `${space.xs}px ${space.l}px`, color: colour.text }}>
        {NEEDS.map(({ value, label }) => (
          <Checkbox
            key={value}
            label={label}
            checked={typed.needs.includes(value)}
            onChange={(on) =>
              onChange({
                needs: NEEDS.map((need) => need.value).filter((need) =>
                  need === value ? on : typed.needs.includes(need),
                ),
              })
            }
          />
        ))}
        <Checkbox
          label="strict: nothing may be left out"
          checked={typed.strict}
          onChange={(strict) => onChange({ strict })}
        />
      </div>
    </fieldset>
  );
}

function hasMore(typed: Typed): boolean {
  return (
    typed.needs.length > 0 ||
    typed.strict ||
    typed.intent !== "chat" ||
    typed.inputTokens !== "500" ||
    typed.outputTokens !== "" ||
    typed.substitution !== ""
  );
}
