import { useId, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { type Loaded, useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Checkbox, SelectField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { colour, radius, size, space, weight } from "../../theme";

type Settings = Schemas["Settings"];
type Strategy = Settings["strategy"];

export interface Props {
  of: Loaded<Settings>;
}

/** What orders by which number, in one sentence each. null: the installation's. */
const STRATEGIES: readonly { value: Strategy; title: string; sentence: string }[] = [
  {
    value: "default",
    title: "default",
    sentence: "Your own order: the provider keys' priority, the lowest number first.",
  },
  {
    value: "fastest",
    title: "fastest",
    sentence: "Whoever has lately sent its first byte soonest, by the milliseconds this gateway measured.",
  },
  {
    value: "cheapest",
    title: "cheapest",
    sentence: "Whoever takes least for this very request, by its size and the known prices; the unpriced come last.",
  },
  {
    value: "reliable",
    title: "reliable",
    sentence: "Whoever has failed least lately, by the share of failed requests in the last minutes.",
  },
  { value: null, title: "not set", sentence: "Whatever the installation has as its default." },
];

const SUBSTITUTIONS = [
  { value: "tier", label: "Any model of the same tier" },
  { value: "fallback", label: "Another model only when the exact one has failed" },
  { value: "never", label: "Never another model" },
] as const;
const UNKNOWN_MODELS = [
  { value: "reject", label: "Refuse with a 404 and the nearest names" },
  { value: "default", label: "Answer with the default tier for chat" },
] as const;

/** How this workspace's requests are decided unless they say otherwise themselves. */
export function DefaultsCard({ of }: Props) {
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  return (
    <Card
      title="Defaults"
      description="They hold unless a request, its alias or its API key asks for something stricter."
    >
      <LoadState of={of} skeletonRows={8}>
        {(settings) => (
          <DefaultsForm
            key={keyOf(settings)}
            settings={settings}
            warnings={warnings}
            onSaved={({ warnings: told, ...saved }) => {
              setWarnings(told);
              of.replace(() => saved);
            }}
          />
        )}
      </LoadState>
    </Card>
  );
}

/** What is wrong with one of these is said at its field. */
const AT_FIELD = new Set<string | null>(["substitution", "unknown_models"]);

interface FormProps {
  settings: Settings;
  /** Of the last change */
  warnings: readonly string[];
  onSaved(saved: Schemas["ChangedSettings"]): void;
}

function DefaultsForm({ settings, warnings, onSaved }: FormProps) {
  const path = useWorkspacePath();
  const tell = useTell();
  const mayWrite = useSession().can("workspace:write");
  const [draft, setDraft] = useState(settings);
  const changes = changesOf(settings, draft);
  const isChanged = Object.keys(changes).length > 0;
  const save = useAction(async () => {
    const { data } = await api.patch("/workspaces/{workspace_id}/settings", { path, body: changes });
    tell("The defaults are saved.");
    onSaved(data);
  });
  const errorOf = (name: string) => (save.error?.field === name ? save.error.message : undefined);
  return (
    <form
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        void save.run();
      }}
    >
      <StrategyCards
        value={draft.strategy}
        disabled={!mayWrite}
        onChange={(strategy) => setDraft({ ...draft, strategy })}
      />
      <div
        style={{
          display: "grid",
          alignItems: "start",
          gap: space.l,
          gridTemplateColumns: "repeat(auto-fit, minmax(240px, 1fr))",
        }}
      >
        <SelectField
          label="Another model than was asked for"
          value={draft.substitution}
          choices={SUBSTITUTIONS}
          disabled={!mayWrite}
          error={errorOf("substitution")}
          onChange={(substitution) => setDraft({ ...draft, substitution })}
        />
        <SelectField
          label="A model that nobody knows"
          value={draft.unknown_models}
          choices={UNKNOWN_MODELS}
          disabled={!mayWrite}
          error={errorOf("unknown_models")}
          onChange={(unknown_models) => setDraft({ ...draft, unknown_models })}
        />
      </div>
      <Checkbox
        label="Drop another provider's reasoning"
        hint="Else a conversation that carries one provider's signed reasoning stays with it. Replies say what was dropped."
        checked={draft.drop_reasoning}
        disabled={!mayWrite}
        onChange={(drop_reasoning) => setDraft({ ...draft, drop_reasoning })}
      />
      {warnings.map((warning) => (
        <Notice key={warning} kind="warn">
          {warning}
        </Notice>
      ))}
      {save.error && !AT_FIELD.has(save.error.field) && <Notice kind="bad">{save.error.message}</Notice>}
      {mayWrite && (
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button disabled={!isChanged || save.busy} onClick={() => setDraft(settings)}>
            Discard
          </Button>
          <Button type="submit" kind="primary" busy={save.busy} disabled={!isChanged}>
            Save defaults
          </Button>
        </div>
      )}
    </form>
  );
}

interface StrategyCardsProps {
  value: Strategy;
  disabled: boolean;
  onChange(value: Strategy): void;
}

function StrategyCards({ value, disabled, onChange }: StrategyCardsProps) {
  const name = useId();
  return (
    <fieldset>
      <legend style={{ fontSize: size.s, fontWeight: weight.medium, paddingBottom: space.s }}>Strategy</legend>
      <div style={{ display: "grid", gap: space.s, gridTemplateColumns: "repeat(auto-fit, minmax(200px, 1fr))" }}>
        {STRATEGIES.map((each) => {
          const isChosen = each.value === value;
          return (
            <label
              key={each.title}
              style={{
                display: "grid",
                gridTemplateColumns: "auto 1fr",
                columnGap: space.s,
                alignContent: "start",
                padding: space.m,
                border: `1px solid ${isChosen ? colour.accent : colour.line}`,
                borderRadius: radius.m,
                background: isChosen ? colour.selected : colour.surface,
                cursor: disabled ? "not-allowed" : "pointer",
              }}
            >
              <input
                type="radio"
                name={name}
                checked={isChosen}
                disabled={disabled}
                onChange={() => onChange(each.value)}
                style={{ width: 16, height: 16, margin: "3px 0 0", accentColor: colour.accent }}
              />
              <span style={{ fontWeight: weight.medium }}>{each.title}</span>
              <span style={{ gridColumn: 2, color: colour.textMuted, fontSize: size.s }}>{each.sentence}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

type Decided = Pick<Settings, "strategy" | "substitution" | "unknown_models" | "drop_reasoning">;
const DECIDED = ["strategy", "substitution", "unknown_models", "drop_reasoning"] as const;

/** Only what was changed: what others have set meanwhile stays. */
export function changesOf(before: Decided, draft: Decided): Partial<Decided> {
  return Object.fromEntries(DECIDED.filter((name) => before[name] !== draft[name]).map((name) => [name, draft[name]]));
}

/** Of what the form shows: it begins anew once something else is stored. */
function keyOf(settings: Settings): string {
  return DECIDED.map((name) => String(settings[name])).join(" ");
}
