import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretField, SelectField, TextField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";

export interface Props {
  onAdded(): void;
}

type Vendor = Schemas["CatalogVendor"];

/** The ones that most people begin with, in front; the rest by name. */
const COMMON = ["openai", "anthropic", "gemini", "groq", "mistral", "openrouter", "azure", "bedrock", "ollama"];

export function AddProvider({ onAdded }: Props) {
  const path = useWorkspacePath();
  const vendors = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/provider-catalog", { path, signal })).data,
      [path],
    ),
  );
  return (
    <LoadState of={vendors}>{(known) => <AddProviderForm vendors={ordered(known)} onAdded={onAdded} />}</LoadState>
  );
}

function AddProviderForm({ vendors, onAdded }: { vendors: Vendor[]; onAdded(): void }) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [name, setName] = useState(vendors[0]?.name ?? "");
  const [secret, setSecret] = useState("");
  const [baseUrl, setBaseUrl] = useState("");
  const [refused, setRefused] = useState<string>();
  const vendor = vendors.find((each) => each.name === name) ?? vendors[0];

  const add = useAction(async (isTested: boolean) => {
    const wanted = { vendor: name, secret: secret.trim(), base_url: baseUrl.trim() === "" ? null : baseUrl.trim() };
    setRefused(undefined);
    if (isTested) {
      const { data } = await api.post("/workspaces/{workspace_id}/providers/test", { path, body: wanted });
      if (!data.ok) {
        setRefused(data.message);
        return;
      }
    }
    await api.post("/workspaces/{workspace_id}/providers", { path, body: wanted });
    tell(`${vendor?.title ?? name} is added.`);
    onAdded();
  });

  if (vendor === undefined) return <Notice kind="info">This installation allows no provider.</Notice>;
  const errorOf = (field: string) => (add.error?.field === field ? add.error.message : undefined);
  const needsSecret = vendor.secret === "required" && secret.trim() === "";
  return (
    <form
      style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m, maxWidth: 560 }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!needsSecret) void add.run(true);
      }}
    >
      <SelectField
        label="Provider"
        value={name}
        choices={vendors.map((each) => ({ value: each.name, label: each.title }))}
        error={errorOf("vendor")}
        onChange={(changed) => {
          setName(changed);
          setRefused(undefined);
        }}
      />
      {vendor.secret !== "none" && (
        <SecretField
          label={`Key at ${vendor.title}`}
          optional={vendor.secret === "optional"}
          hint={vendor.secret_form ?? "Stored encrypted, and never shown again."}
          value={secret}
          error={errorOf("secret")}
          onChange={setSecret}
        />
      )}
      <TextField
        label="Base URL"
        optional={vendor.base_url !== null}
        inputMode="url"
        placeholder={vendor.base_url ?? vendor.base_url_example ?? undefined}
        hint={vendor.base_url === null ? undefined : "Only for a server of your own in front of it."}
        value={baseUrl}
        error={errorOf("base_url")}
        onChange={setBaseUrl}
      />
      {refused !== undefined && (
        <Notice
          kind="bad"
          action={
            <Button small busy={add.busy} onClick={() => void add.run(false)}>
              Add it anyway
            </Button>
          }
        >
          {vendor.title} says: {refused}
        </Notice>
      )}
      {add.error && !["vendor", "secret", "base_url"].includes(add.error.field ?? "") && (
        <Notice kind="bad">{add.error.message}</Notice>
      )}
      <Button type="submit" kind="primary" busy={add.busy} disabled={needsSecret} style={{ justifySelf: "start" }}>
        Test and add
      </Button>
    </form>
  );
}

function ordered(vendors: readonly Vendor[]): Vendor[] {
  const rank = ({ name }: Vendor) => (COMMON.includes(name) ? COMMON.indexOf(name) : COMMON.length);
  return vendors
    .filter((vendor) => vendor.allowed)
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title, "en"));
}
