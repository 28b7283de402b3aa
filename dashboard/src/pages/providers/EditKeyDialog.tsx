import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { SecretField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";
import { OwnModelsEditor } from "./OwnModelsEditor";
import { nameOfKey, type ProviderKey } from "./order";
import { draftOf, type ModelDraft, type ModelMistakes, readDrafts } from "./ownModels";

export interface Props {
  /** With the models it offers: its own are among them. */
  of: Schemas["ProviderKeyDetail"];
  /** Of the catalog; undefined where it does not know the provider. */
  vendor: Schemas["CatalogVendor"] | undefined;
  onClose(): void;
  onChanged(key: ProviderKey): void;
}

interface Draft {
  label: string;
  baseUrl: string;
  secret: string;
  priority: string;
  models: ModelDraft[];
}

const NONE: ReadonlyMap<number, ModelMistakes> = new Map();

export function EditKeyDialog({ of: key, vendor, onClose, onChanged }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [before] = useState(() => draftOfKey(key));
  const [draft, setDraft] = useState(before);
  const [isChecked, setIsChecked] = useState(false);
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const [models, wrongRows] = readDrafts(draft.models);
  const urlChanged = draft.baseUrl.trim() !== before.baseUrl;
  const asksSecret = urlChanged && vendor?.secret !== "none";
  const wrong = mistakesOf(draft);

  const save = useAction(async () => {
    const { data } = await api.patch("/workspaces/{workspace_id}/providers/{provider_key_id}", {
      path: { ...path, provider_key_id: key.id },
      body: changesOf(before, draft, models),
    });
    tell(`${nameOfKey(data)} is changed.`);
    onChanged(data);
    onClose();
  });
  const shownAtField: (string | null)[] = ["label", "priority", "base_url", ...(asksSecret ? ["secret"] : [])];
  const errorOf = (name: string) => (save.error?.field === name ? save.error.message : undefined);
  return (
    <Dialog title={`Change ${nameOfKey(key)}`} onClose={onClose} width={620}>
      <form
        style={{ display: "grid", gap: space.l }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setIsChecked(true);
          if (wrong === undefined && wrongRows.size === 0) void save.run();
        }}
      >
        <TextField
          label="Label"
          optional
          maxLength={100}
          autoFocus
          value={draft.label}
          error={errorOf("label")}
          onChange={(label) => set({ label })}
        />
        <TextField
          label="Priority"
          inputMode="numeric"
          hint="Lower is asked first. Keys of the same number are equals."
          value={draft.priority}
          error={(isChecked ? wrong : undefined) ?? errorOf("priority")}
          onChange={(priority) => set({ priority })}
        />
        <TextField
          label="Base URL"
          optional={vendor?.base_url != null}
          type="url"
          mono
          hint={vendor?.base_url ? `Empty: ${vendor.base_url}` : undefined}
          value={draft.baseUrl}
          error={errorOf("base_url")}
          onChange={(baseUrl) => set({ baseUrl })}
        />
        {asksSecret && (
          <SecretField
            label="Key"
            optional={vendor?.secret === "optional"}
            hint="Again, because the stored one was entered for the other address."
            value={draft.secret}
            error={errorOf("secret")}
            onChange={(secret) => set({ secret })}
          />
        )}
        <OwnModelsEditor
          drafts={draft.models}
          mistakes={isChecked ? wrongRows : NONE}
          needed={vendor === undefined || vendor.self_hosted || vendor.models === 0}
          onChange={(rows) => set({ models: rows })}
        />
        {save.error && !shownAtField.includes(save.error.field) && <Notice kind="bad">{save.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function draftOfKey(key: Schemas["ProviderKeyDetail"]): Draft {
  return {
    label: key.label,
    baseUrl: key.base_url ?? "",
    secret: "",
    priority: String(key.priority),
    models: key.models.filter((model) => model.source === "own").map(draftOf),
  };
}

/** Only what was changed: the others stay as they are, or as somebody else has changed them meanwhile. */
export function changesOf(before: Draft, draft: Draft, models: Schemas["OwnModel"][]): Schemas["ProviderKeyUpdate"] {
  const baseUrl = draft.baseUrl.trim();
  const secret = draft.secret.trim();
  return {
    ...(draft.label.trim() !== before.label && { label: draft.label.trim() }),
    ...(draft.priority.trim() !== before.priority && { priority: Number(draft.priority) }),
    ...(baseUrl !== before.baseUrl && { base_url: baseUrl === "" ? null : baseUrl, ...(secret !== "" && { secret }) }),
    ...(draft.models !== before.models && { models }),
  };
}

function mistakesOf(draft: Draft): string | undefined {
  const priority = Number(draft.priority);
  const isRight = /^\d{1,7}$/.test(draft.priority.trim()) && priority >= 1 && priority <= 1_000_000;
  return isRight ? undefined : "A whole number from 1 to 1,000,000.";
}
