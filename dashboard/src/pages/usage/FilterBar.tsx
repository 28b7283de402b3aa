import { type FormEvent, useEffect, useState } from "react";
import type { Schemas } from "../../api/client";
import type { GroupBy } from "../../api/usage";
import { Button } from "../../components/Button";
import { SelectField, TextField } from "../../components/Field";
import { colour, size, space } from "../../theme";
import { type FilterName, filtersOf, type Shown } from "./query";

export interface Props {
  by: GroupBy;
  filters: Shown["filters"];
  apiKeys: readonly Schemas["ApiKey"][];
  onChange(filters: Shown["filters"]): void;
}

const LABELS: Record<Exclude<FilterName, "api_key_id">, { label: string; placeholder: string }> = {
  provider: { label: "Provider", placeholder: "openai" },
  model: { label: "Model", placeholder: "gpt-4o-mini" },
  alias: { label: "Alias", placeholder: "fast" },
  tag: { label: "Tag", placeholder: "team=support" },
};

/** Which requests count. Typed names take effect with Enter, or when one leaves the field. */
export function FilterBar({ by, filters, apiKeys, onChange }: Props) {
  const [typed, setTyped] = useState(filters);
  useEffect(() => setTyped(filters), [filters]);
  const names = filtersOf(by);
  if (names.length === 0) {
    return (
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        Usage by end user is counted apart: it has no filters.
      </p>
    );
  }
  const apply = () => {
    if (names.some((name) => (typed[name] ?? "").trim() !== (filters[name] ?? ""))) onChange(typed);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply();
  };
  return (
    <form
      aria-label="Filters"
      onSubmit={submit}
      style={{ display: "flex", flexWrap: "wrap", gap: space.m, alignItems: "end" }}
    >
      {names.map((name) => (
        <div key={name} style={{ flex: "1 1 160px", maxWidth: 260 }}>
          {name === "api_key_id" ? (
            <SelectField
              label="API key"
              value={filters.api_key_id ?? ""}
              choices={[{ value: "", label: "Any" }, ...choicesOf(apiKeys, filters.api_key_id)]}
              onChange={(id) => onChange({ ...typed, api_key_id: id })}
            />
          ) : (
            <TextField
              {...LABELS[name]}
              value={typed[name] ?? ""}
              onChange={(value) => setTyped({ ...typed, [name]: value })}
              onBlur={apply}
              maxLength={256}
            />
          )}
        </div>
      ))}
      {Object.keys(filters).length > 0 && (
        <Button kind="ghost" onClick={() => onChange({})}>
          Clear
        </Button>
      )}
      <button type="submit" className="visually-hidden" tabIndex={-1}>
        Apply
      </button>
    </form>
  );
}

function choicesOf(apiKeys: Props["apiKeys"], chosen: string | undefined) {
  const choices = apiKeys.map((key) => ({ value: key.id, label: `${key.name} (${key.key_hint})` }));
  if (chosen === undefined || apiKeys.some((key) => key.id === chosen)) return choices;
  return [{ value: chosen, label: `a key that is gone (…${chosen.slice(-8)})` }, ...choices];
}
