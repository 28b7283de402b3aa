import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { SecretField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";
import { nameOfKey, type ProviderKey } from "./order";

export interface Props {
  of: ProviderKey;
  vendor: Schemas["CatalogVendor"] | undefined;
  onClose(): void;
  onChanged(key: Schemas["ProviderKey"]): void;
}

export function RotateKeyDialog({ of: key, vendor, onClose, onChanged }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const [secret, setSecret] = useState("");
  const [mistake, setMistake] = useState<string>();
  const rotate = useAction(async () => {
    const { data } = await api.post("/workspaces/{workspace_id}/providers/{provider_key_id}/rotate", {
      path: { ...path, provider_key_id: key.id },
      body: { secret: secret.trim() },
    });
    tell(`${nameOfKey(data)} has its new secret.`);
    onChanged(data);
    onClose();
  });
  const isMissing = secret.trim() === "" && vendor?.secret !== "optional";
  return (
    <Dialog title={`Replace the secret of ${nameOfKey(key)}`} onClose={onClose}>
      <form
        style={{ display: "grid", gap: space.l }}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setMistake(isMissing ? "Enter the new secret." : undefined);
          if (!isMissing) void rotate.run();
        }}
      >
        <SecretField
          label="New secret"
          optional={vendor?.secret === "optional"}
          hint={vendor?.secret_form ?? "The one before is forgotten, and so is whatever pause this key had."}
          value={secret}
          error={mistake ?? (rotate.error?.field === "secret" ? rotate.error.message : undefined)}
          autoFocus
          maxLength={8192}
          onChange={setSecret}
        />
        {rotate.error && rotate.error.field !== "secret" && <Notice kind="bad">{rotate.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={rotate.busy}>
            Replace
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
