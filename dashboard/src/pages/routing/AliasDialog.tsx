import { useId, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button, IconButton } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { SelectField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { colour, size, space, weight } from "../../theme";

export interface Props {
  /** Left out: a new one. */
  alias?: Schemas["NamedAlias"] | undefined;
  /** Names of those that exist: to set one again would replace it unseen. */
  taken: readonly string[];
  modelNames: readonly string[];
  onClose(): void;
  onSaved(alias: Schemas["ChangedAlias"]): void;
}

type Target = Schemas["Alias"];

const INTENTS = [
  { value: "chat", label: "chat" },
  { value: "embedding", label: "embedding" },
] as const;
const TIERS = [
  { value: "default", label: "default" },
  { value: "premium", label: "premium" },
  { value: "fast", label: "fast" },
  { value: "cheap", label: "cheap" },
] as const;
const SUBSTITUTIONS = [
  { value: "", label: "As the workspace says" },
  { value: "tier", label: "Any model of the tier" },
  { value: "fallback", label: "Another model only as a fallback" },
  { value: "never", label: "Never another model" },
] as const;
const RESPONSE_MODELS = [
  { value: "actual", label: "The model that answered" },
  { value: "requested", label: "The alias, as it was asked for" },
] as const;
/** As the server takes names of aliases and models. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/;
const MAX_MODELS = 20;

export function AliasDialog({ alias, taken, modelNames, onClose, onSaved }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [name, setName] = useState(alias?.name ?? "");
  const [target, setTarget] = useState<Target>(alias?.target ?? {});
  const [models, setModels] = useState<readonly string[]>(alias?.target.models?.length ? alias.target.models : [""]);
  const [isChecked, setIsChecked] = useState(false);
  const set = (change: Partial<Target>) => setTarget({ ...target, ...change });
  const wrong = mistakesOf(name, models, alias === undefined ? taken : []);

  const save = useAction(async () => {
    const { data } = await api.put("/workspaces/{workspace_id}/aliases", {
      path,
      query: { name: name.trim() },
      body: { ...target, models: models.map((each) => each.trim()).filter((each) => each !== "") },
    });
    tell(`The alias ${data.name} is saved.`);
    onSaved(data);
  });
  return (
    <Dialog title={alias === undefined ? "Add an alias" : `Change ${alias.name}`} onClose={onClose}>
      <form
        style={{ display: "grid", gap: space.l }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setIsChecked(true);
          if (wrong.name === undefined && wrong.models === undefined) void save.run();
        }}
      >
        <TextField
          label="Name"
          hint="What applications send as the model."
          value={name}
          error={
            (isChecked ? wrong.name : undefined) ?? (save.error?.field === "name" ? save.error.message : undefined)
          }
          disabled={alias !== undefined}
          autoFocus={alias === undefined}
          maxLength={256}
          mono
          onChange={setName}
        />
        <Models
          names={models}
          suggestions={modelNames}
          error={isChecked ? wrong.models : undefined}
          onChange={setModels}
        />
        <div
          style={{
            display: "grid",
            alignItems: "start",
            gap: space.l,
            gridTemplateColumns: "repeat(auto-fit, minmax(180px, 1fr))",
          }}
        >
          <SelectField
            label="Intent"
            value={target.intent ?? "chat"}
            choices={INTENTS}
            onChange={(intent) => set({ intent })}
          />
          <SelectField
            label="Tier"
            hint="Which other models may stand in."
            value={target.tier ?? "default"}
            choices={TIERS}
            onChange={(tier) => set({ tier })}
          />
          <SelectField
            label="Another model than those"
            value={target.substitution ?? ""}
            choices={SUBSTITUTIONS}
            onChange={(substitution) => set({ substitution: substitution === "" ? null : substitution })}
          />
          <SelectField
            label="Answers bear the name of"
            value={target.response_model ?? "actual"}
            choices={RESPONSE_MODELS}
            onChange={(response_model) => set({ response_model })}
          />
        </div>
        {save.error && save.error.field !== "name" && <Notice kind="bad">{save.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.busy}>
            {alias === undefined ? "Add" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ModelsProps {
  names: readonly string[];
  suggestions: readonly string[];
  error: string | undefined;
  onChange(names: string[]): void;
}

/** In order of wish. */
function Models({ names, suggestions, error, onChange }: ModelsProps) {
  const listId = useId();
  return (
    <fieldset style={{ display: "grid", gap: space.s }}>
      <legend style={{ fontSize: size.s, fontWeight: weight.medium }}>Models, in order of wish</legend>
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        All of them count as the exact model. None: whatever serves the intent and the tier.
      </p>
      <datalist id={listId}>
        {suggestions.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {names.map((name, index) => (
        <div key={index} style={{ display: "flex", gap: space.s, alignItems: "flex-end" }}>
          <div style={{ flex: 1, minWidth: 0 }}>
            <TextField
              label={`Model ${index + 1}`}
              value={name}
              list={listId}
              maxLength={256}
              mono
              onChange={(typed) => onChange(names.map((each, place) => (place === index ? typed : each)))}
            />
          </div>
          <IconButton
            icon="trash"
            label={`Remove model ${index + 1}`}
            disabled={names.length === 1 && name === ""}
            onClick={() => onChange(names.length === 1 ? [""] : names.filter((_, place) => place !== index))}
            style={{ marginBottom: 3 }}
          />
        </div>
      ))}
      {error && (
        <p role="alert" style={{ color: colour.bad, fontSize: size.s }}>
          {error}
        </p>
      )}
      {names.length < MAX_MODELS && (
        <Button small icon="plus" onClick={() => onChange([...names, ""])} style={{ justifySelf: "start" }}>
          Another model
        </Button>
      )}
    </fieldset>
  );
}

export function mistakesOf(
  name: string,
  models: readonly string[],
  taken: readonly string[],
): { name?: string; models?: string } {
  const typed = name.trim();
  const wrongModel = models.map((each) => each.trim()).find((each) => each !== "" && !NAME.test(each));
  const mistakes: { name?: string; models?: string } = {};
  if (typed === "") mistakes.name = "An alias needs a name.";
  else if (!NAME.test(typed))
    mistakes.name = "Letters, digits and . _ : / @ + - only, beginning with a letter or digit.";
  else if (taken.includes(typed)) mistakes.name = "There is an alias of this name: change that one.";
  if (wrongModel !== undefined) mistakes.models = `${wrongModel} can not be the name of a model.`;
  return mistakes;
}
