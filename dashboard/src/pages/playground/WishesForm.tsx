import { Field, inputStyle, SelectField, TextAreaField, TextField } from "../../components/Field";
import { colour, size, space } from "../../theme";
import { type Mistakes, STRATEGIES, type Strategy, type Wishes } from "./conversation";

export interface Props {
  wishes: Wishes;
  mistakes: Mistakes;
  modelNames: readonly string[];
  onChange(change: Partial<Wishes>): void;
}

const STRATEGY_CHOICES: readonly { value: Strategy | ""; label: string }[] = [
  { value: "", label: "The workspace's" },
  ...STRATEGIES.map((value) => ({ value, label: value })),
];
const SUBSTITUTION_CHOICES = [
  { value: "", label: "As the workspace says" },
  { value: "fallback", label: "Only as a fallback" },
  { value: "never", label: "Never" },
] as const;
const FORMAT_CHOICES = [
  { value: "text", label: "Text" },
  { value: "json_object", label: "A JSON object" },
  { value: "json_schema", label: "JSON by a schema" },
] as const;
const FOLDED: (keyof Wishes)[] = ["tools", "temperature", "topP", "maxTokens", "seed", "stop", "schema"];

/** Whom to ask in front, the rest folded: opened by itself where something in it is wrong. */
export function WishesForm(props: Props) {
  const { wishes, mistakes, modelNames, onChange } = props;
  const isWrong = FOLDED.some((field) => mistakes[field] !== undefined);
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m }}>
      <div style={gridOf(150)}>
        <Field label="Model or alias" error={mistakes.model}>
          {(ids) => (
            <>
              <input
                {...ids}
                list={`${ids.id}-names`}
                autoComplete="off"
                spellCheck={false}
                value={wishes.model}
                onChange={(event) => onChange({ model: event.target.value })}
                style={inputStyle}
              />
              <datalist id={`${ids.id}-names`}>
                {modelNames.map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <SelectField<Strategy | "">
          label="Strategy"
          value={wishes.strategy}
          choices={STRATEGY_CHOICES}
          onChange={(strategy) => onChange({ strategy })}
        />
        <SelectField
          label="Another model"
          value={wishes.substitution}
          choices={SUBSTITUTION_CHOICES}
          onChange={(substitution) => onChange({ substitution })}
        />
      </div>
      <TextAreaField
        label="System prompt"
        optional
        rows={2}
        value={wishes.system}
        onChange={(system) => onChange({ system })}
      />
      <details open={isWrong || undefined}>
        <summary style={{ minHeight: 24, fontSize: size.s, color: colour.textMuted }}>
          Tools and parameters{summaryOf(wishes)}
        </summary>
        <Parameters {...props} />
      </details>
    </div>
  );
}

function Parameters({ wishes, mistakes, onChange }: Props) {
  const text = (field: keyof Wishes, label: string, numeric: "decimal" | "numeric") => (
    <TextField
      label={label}
      optional
      inputMode={numeric}
      value={wishes[field]}
      error={mistakes[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m, paddingTop: space.m }}>
      <TextAreaField
        label="Tools, as JSON"
        optional
        mono
        hint={'[{"type": "function", "function": {"name": "…", "parameters": {…}}}]'}
        value={wishes.tools}
        error={mistakes.tools}
        onChange={(tools) => onChange({ tools })}
      />
      <div style={gridOf(130)}>
        {text("temperature", "Temperature", "decimal")}
        {text("topP", "Top p", "decimal")}
        {text("maxTokens", "Most output tokens", "numeric")}
        {text("seed", "Seed", "numeric")}
      </div>
      <div style={gridOf(150)}>
        <TextAreaField
          label="Stop at"
          optional
          rows={2}
          mono
          hint="One a line, four at most."
          value={wishes.stop}
          error={mistakes.stop}
          onChange={(stop) => onChange({ stop })}
        />
        <SelectField
          label="Answer in"
          value={wishes.format}
          choices={FORMAT_CHOICES}
          onChange={(format) => onChange({ format })}
        />
      </div>
      {wishes.format === "json_schema" && (
        <TextAreaField
          label="JSON schema"
          mono
          value={wishes.schema}
          error={mistakes.schema}
          onChange={(schema) => onChange({ schema })}
        />
      )}
    </div>
  );
}

/** What is set among what is folded. */
function summaryOf(wishes: Wishes): string {
  const set = [
    wishes.tools.trim() !== "" && "tools",
    wishes.temperature.trim() !== "" && `temperature ${wishes.temperature}`,
    wishes.topP.trim() !== "" && `top p ${wishes.topP}`,
    wishes.maxTokens.trim() !== "" && `at most ${wishes.maxTokens} tokens`,
    wishes.seed.trim() !== "" && `seed ${wishes.seed}`,
    wishes.stop !== "" && "stop",
    wishes.format !== "text" && "JSON",
  ].filter((part) => part !== false);
  return set.length === 0 ? "" : `: ${set.join(", ")}`;
}

function gridOf(leastPx: number) {
  return {
    display: "grid",
    gap: space.m,
    alignItems: "start",
    gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${leastPx}px), 1fr))`,
  } as const;
}
