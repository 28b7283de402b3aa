import { useId } from "react";
import { Checkbox, SelectField, TextField } from "../../components/Field";
import { formatUsdExactly } from "../../format/money";
import { colour, radius, space } from "../../theme";
import { type Filters, ID_FORM, readMinCost, readMinDuration, STATUS_FORM } from "./filters";
import { TypedFilter } from "./TypedFilter";

export interface Props {
  filters: Filters;
  apiKeys: readonly { id: string; name: string }[];
  vendors: readonly string[];
  onChange(change: Partial<Filters>): void;
}

/** Everything that can be filtered by, besides time and outcome. */
export function FilterPanel({ filters, apiKeys, vendors, onChange }: Props) {
  const vendorsId = useId();
  const known = apiKeys.some((key) => key.id === filters.api_key_id) || filters.api_key_id === null;
  const text = (name: "provider" | "model" | "alias" | "end_user" | "tag") => ({
    value: filters[name] ?? "",
    onChange: (value: string | null) => onChange({ [name]: value }),
  });
  return (
    <fieldset
      style={{
        display: "grid",
        gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 180px), 1fr))",
        gap: space.m,
        alignItems: "start",
        padding: space.l,
        border: `1px solid ${colour.line}`,
        borderRadius: radius.l,
        background: colour.surface,
      }}
    >
      <legend className="visually-hidden">Filters</legend>
      <SelectField
        label="API key"
        value={filters.api_key_id ?? ""}
        choices={[
          { value: "", label: "Any" },
          ...apiKeys.map((key) => ({ value: key.id, label: key.name })),
          ...(known ? [] : [{ value: filters.api_key_id ?? "", label: filters.api_key_id ?? "" }]),
        ]}
        onChange={(id) => onChange({ api_key_id: id || null })}
      />
      <TypedFilter label="Asked for (alias)" {...text("alias")} />
      <TypedFilter label="Provider that answered" {...text("provider")} list={vendorsId} />
      <datalist id={vendorsId}>
        {vendors.map((vendor) => (
          <option key={vendor} value={vendor} />
        ))}
      </datalist>
      <TypedFilter label="Model that answered" {...text("model")} />
      <TypedFilter
        label="Status"
        placeholder="429 or 5xx"
        value={filters.status ?? ""}
        read={(typed) => {
          const status = typed.trim().toLowerCase();
          return status === "" ? null : STATUS_FORM.test(status) ? status : undefined;
        }}
        wrong="A status such as 429, or a class such as 5xx."
        onChange={(status) => onChange({ status })}
      />
      <TypedFilter label="End user" {...text("end_user")} />
      <TypedFilter label="Tag" placeholder="team or team=search" {...text("tag")} />
      <TypedFilter
        label="Costs at least, USD"
        inputMode="decimal"
        value={filters.min_cost_nanousd === null ? "" : formatUsdExactly(filters.min_cost_nanousd).slice(1)}
        read={(typed) => asText(readMinCost(typed))}
        wrong="An amount such as 0.01."
        onChange={(value) => onChange({ min_cost_nanousd: value === null ? null : Number(value) })}
      />
      <TypedFilter
        label="Takes at least"
        placeholder="800 ms or 2 s"
        value={filters.min_duration_ms === null ? "" : `${filters.min_duration_ms} ms`}
        read={(typed) => asText(readMinDuration(typed))}
        wrong="Milliseconds, or seconds as in 2 s."
        onChange={(value) => onChange({ min_duration_ms: value === null ? null : Number(value) })}
      />
      <TypedFilter
        label="Request id"
        mono
        value={filters.request_id ?? ""}
        read={(typed) => {
          const id = typed.trim().replace(/^chatcmpl-/, "");
          return id === "" ? null : ID_FORM.test(id) ? id : undefined;
        }}
        wrong="A whole id, as in the header x-perpetuo-request-id."
        onChange={(request_id) => onChange({ request_id })}
      />
      <TimeField label="From" value={filters.since} onChange={(since) => onChange({ since, range: null })} />
      <TimeField label="Until" value={filters.until} onChange={(until) => onChange({ until, range: null })} />
      <div style={{ display: "grid", gap: space.xs, alignSelf: "center" }}>
        <Checkbox label="Fallback only" checked={filters.fallback} onChange={(fallback) => onChange({ fallback })} />
        <Checkbox
          label="Substituted only"
          checked={filters.substituted}
          onChange={(substituted) => onChange({ substituted })}
        />
      </div>
    </fieldset>
  );
}

function asText(meant: number | null | undefined): string | null | undefined {
  return typeof meant === "number" ? String(meant) : meant;
}

interface TimeFieldProps {
  label: string;
  /** ISO 8601 */
  value: string | null;
  onChange(value: string | null): void;
}

/** In the viewer's zone. */
function TimeField({ label, value, onChange }: TimeFieldProps) {
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={value === null ? "" : localInput(value)}
      onChange={(typed) => {
        const ms = Date.parse(typed);
        onChange(Number.isNaN(ms) ? null : new Date(ms).toISOString());
      }}
    />
  );
}

/** As <input type="datetime-local"> writes a time: `2026-11-25T03:20`. */
function localInput(iso: string): string {
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
