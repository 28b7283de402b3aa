import { Button } from "../../components/Button";
import { OUTCOMES } from "../../components/decision/words";
import { inputStyle } from "../../components/Field";
import { colour, control, radius, size, space, weight } from "../../theme";
import { type Filters, type Outcome, RANGES, type RangeName } from "./filters";

export interface Props {
  filters: Filters;
  onChange(change: Partial<Filters>): void;
  panelOpen: boolean;
  onPanel(): void;
  live: boolean;
  onLive(live: boolean): void;
}

/** What is changed most, above the table: time, outcome, whether it goes on by itself. */
export function Toolbar({ filters, onChange, panelOpen, onPanel, live, onLive }: Props) {
  const custom = filters.since !== null || filters.until !== null;
  return (
    <div style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "center" }}>
      <Choice
        label="Time"
        value={custom ? "custom" : (filters.range ?? "")}
        choices={[
          ["", "Any time"],
          ...Object.entries(RANGES).map(([name, range]): [string, string] => [name, range.name]),
          ...(custom ? [["custom", "Custom"] as [string, string]] : []),
        ]}
        onChange={(value) =>
          value !== "custom" && onChange({ range: (value || null) as RangeName | null, since: null, until: null })
        }
      />
      <Choice
        label="Outcome"
        value={filters.outcome ?? ""}
        choices={[
          ["", "Any outcome"],
          ...Object.entries(OUTCOMES).map(([name, outcome]): [string, string] => [name, outcome.name]),
        ]}
        onChange={(value) => onChange({ outcome: (value || null) as Outcome | null })}
      />
      <Button icon={panelOpen ? "chevronDown" : "chevronRight"} aria-expanded={panelOpen} onClick={onPanel}>
        Filters
      </Button>
      <LiveSwitch live={live} onLive={onLive} />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  choices: readonly [string, string][];
  onChange(value: string): void;
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      style={{ ...inputStyle, width: "auto", maxWidth: "100%", paddingRight: space.s }}
    >
      {choices.map(([name, title]) => (
        <option key={name} value={name}>
          {title}
        </option>
      ))}
    </select>
  );
}

function LiveSwitch({ live, onLive }: Pick<Props, "live" | "onLive">) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={live}
      className="hover-fill"
      onClick={() => onLive(!live)}
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: space.s,
        minHeight: control.height,
        padding: `0 ${space.m}px`,
        border: `1px solid ${colour.lineStrong}`,
        borderRadius: radius.m,
        background: colour.surface,
        fontSize: size.m,
        fontWeight: weight.medium,
        cursor: "pointer",
        marginLeft: "auto",
      }}
    >
      <span
        aria-hidden="true"
        style={{
          position: "relative",
          width: 26,
          height: 14,
          borderRadius: radius.full,
          background: live ? colour.accent : colour.lineStrong,
        }}
      >
        <span
          style={{
            position: "absolute",
            top: 2,
            left: live ? 14 : 2,
            width: 10,
            height: 10,
            borderRadius: radius.full,
            background: colour.surface,
          }}
        />
      </span>
      Live
    </button>
  );
}
