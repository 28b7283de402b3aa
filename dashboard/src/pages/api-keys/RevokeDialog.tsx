import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { ConfirmDialog } from "../../components/Dialog";
import { useTell } from "../../components/Toasts";
import type { ApiKey } from "./ApiKeysPage";

export interface Props {
  apiKey: ApiKey;
  onClose(): void;
  onRevoked(): void;
}

export function RevokeDialog({ apiKey, onClose, onRevoked }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const revoke = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/api-keys/{api_key_id}", { path: { ...path, api_key_id: apiKey.id } });
    tell(`${apiKey.name} is revoked.`);
    onRevoked();
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name}?`}
      confirm="Revoke"
      busy={revoke.busy}
      error={revoke.error}
      onConfirm={() => void revoke.run()}
      onClose={onClose}
    >
      Requests with {apiKey.key_hint} get a 401 from now on. This can not be undone; its logs and its usage stay.
    </ConfirmDialog>
  );
}
