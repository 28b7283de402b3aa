import { useState } from "react";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { SecretField, TextField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";
import { KeyTestResult } from "./KeyTestResult";
import { OwnModelsEditor } from "./OwnModelsEditor";
import { nameOfKey } from "./order";
import { type ModelDraft, readDrafts } from "./ownModels";
import { useProviderCatalog } from "./useProviderKeys";
import { type Vendor, VendorChoice } from "./VendorChoice";
import { VendorFacts } from "./VendorFacts";

export interface Props {
  onClose(): void;
  onAdded(id: string): void;
}

/** Two steps: whose key, then the key. */
export function AddKeyDialog({ onClose, onAdded }: Props) {
  const catalog = useProviderCatalog();
  const [vendor, setVendor] = useState<Vendor>();
  return (
    <Dialog
      title={vendor === undefined ? "Add a provider key" : `Add a provider key: ${vendor.title}`}
      onClose={onClose}
      width={620}
    >
      <LoadState of={catalog} skeletonRows={8}>
        {(vendors) =>
          vendor === undefined ? (
            <VendorChoice vendors={vendors} onChoose={setVendor} />
          ) : (
            <KeyForm vendor={vendor} onBack={() => setVendor(undefined)} onClose={onClose} onAdded={onAdded} />
          )
        }
      </LoadState>
    </Dialog>
  );
}

interface FormProps extends Props {
  vendor: Vendor;
  onBack(): void;
}

export function KeyForm({ vendor, onBack, onClose, onAdded }: FormProps) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [secret, setSecret] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [label, setLabel] = useState("");
  const [drafts, setDrafts] = useState<ModelDraft[]>([]);
  const [isChecked, setIsChecked] = useState(false);
  const [models, wrongRows] = readDrafts(drafts);
  const wrong = isChecked ? mistakesOf(vendor, secret, baseUrl) : {};

  const entered = {
    vendor: vendor.name,
    secret: secret.trim(),
    base_url: baseUrl.trim() === "" ? null : baseUrl.trim(),
    models,
  };
  const test = useAction(
    async () => (await api.post("/workspaces/{workspace_id}/providers/test", { path, body: entered })).data,
  );
  const [tested, setTested] = useState<Awaited<ReturnType<typeof test.run>>>();
  const save = useAction(async () => {
    const { data } = await api.post("/workspaces/{workspace_id}/providers", {
      path,
      body: { ...entered, label: label.trim() },
    });
    tell(`${nameOfKey(data)} is added.`);
    onAdded(data.id);
  });
  const failure = save.error ?? test.error;
  const shownAtField: (string | null)[] = ["label", "base_url", ...(vendor.secret === "none" ? [] : ["secret"])];
  const errorOf = (field: string) => (failure?.field === field ? failure.message : undefined);
  const ifRight = (then: () => void) => {
    setIsChecked(true);
    if (Object.keys(mistakesOf(vendor, secret, baseUrl)).length === 0 && wrongRows.size === 0) then();
  };
  /** Of what was tested before nothing is known any more. */
  const change = (set: () => void) => {
    set();
    setTested(undefined);
    test.clearError();
    save.clearError();
  };
  return (
    <form
      style={{ display: "grid", gap: space.l }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        ifRight(() => void save.run());
      }}
    >
      <VendorFacts vendor={vendor} />
      {vendor.secret !== "none" && (
        <SecretField
          label="Key"
          optional={vendor.secret === "optional"}
          hint={hintOfSecret(vendor)}
          value={secret}
          error={wrong.secret ?? errorOf("secret")}
          autoFocus
          maxLength={8192}
          onChange={(value) => change(() => setSecret(value))}
        />
      )}
      <TextField
        label="Base URL"
        optional={vendor.base_url !== null}
        type="url"
        mono
        placeholder={vendor.base_url ?? vendor.base_url_example ?? undefined}
        hint={
          vendor.base_url === null
            ? `Where its server is, for instance ${vendor.base_url_example}.`
            : `Empty: ${vendor.base_url}`
        }
        value={baseUrl}
        error={wrong.baseUrl ?? errorOf("base_url")}
        autoFocus={vendor.secret === "none"}
        onChange={(value) => change(() => setBaseUrl(value))}
      />
      <TextField
        label="Label"
        optional
        maxLength={100}
        hint="To tell several keys of this provider apart."
        value={label}
        error={errorOf("label")}
        onChange={setLabel}
      />
      <OwnModels
        vendor={vendor}
        drafts={drafts}
        onChange={(rows) => change(() => setDrafts(rows))}
        wrong={isChecked ? wrongRows : NONE}
      />
      {tested && <KeyTestResult result={tested} />}
      {failure && !shownAtField.includes(failure.field) && <Notice kind="bad">{failure.message}</Notice>}
      <div style={{ display: "flex", flexWrap: "wrap", justifyContent: "flex-end", gap: space.s }}>
        <Button kind="ghost" icon="chevronLeft" onClick={onBack} style={{ marginRight: "auto" }}>
          Other provider
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          busy={test.busy}
          onClick={() =>
            ifRight(async () => {
              setTested(undefined);
              setTested(await test.run());
            })
          }
        >
          Test
        </Button>
        <Button type="submit" kind="primary" busy={save.busy}>
          Add key
        </Button>
      </div>
    </form>
  );
}

const NONE = new Map();

interface OwnModelsProps {
  vendor: Vendor;
  drafts: ModelDraft[];
  wrong: ReturnType<typeof readDrafts>[1];
  onChange(drafts: ModelDraft[]): void;
}

/** Seldom needed where the catalog knows the provider's models: folded there. */
function OwnModels({ vendor, drafts, wrong, onChange }: OwnModelsProps) {
  const needed = vendor.self_hosted || vendor.models === 0;
  const editor = <OwnModelsEditor drafts={drafts} mistakes={wrong} onChange={onChange} needed={needed} />;
  if (needed) return editor;
  return (
    <details>
      <summary style={{ minHeight: 24 }}>Models of your own</summary>
      <div style={{ paddingTop: space.s }}>{editor}</div>
    </details>
  );
}

function mistakesOf(vendor: Vendor, secret: string, baseUrl: string): { secret?: string; baseUrl?: string } {
  return {
    ...(vendor.secret === "required" && secret.trim() === "" ? { secret: `${vendor.title} needs a key.` } : {}),
    ...(vendor.base_url === null && baseUrl.trim() === "" ? { baseUrl: `${vendor.title} needs a base URL.` } : {}),
  };
}

export function hintOfSecret(vendor: Vendor): string {
  const form = vendor.secret_form ?? "";
  const variable =
    vendor.environment_variable === null ? "" : `Elsewhere it is often kept in ${vendor.environment_variable}.`;
  return [form, variable, "It is stored encrypted and never shown again."].filter((part) => part !== "").join(" ");
}
