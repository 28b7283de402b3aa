import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { ConfirmDialog } from "../../components/Dialog";
import { useTell } from "../../components/Toasts";
import { nameOfKey, type ProviderKey } from "./order";

export interface Props {
  of: ProviderKey;
  onClose(): void;
  onDeleted(): void;
}

export function DeleteKeyDialog({ of: key, onClose, onDeleted }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const remove = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/providers/{provider_key_id}", {
      path: { ...path, provider_key_id: key.id },
    });
    tell(`${nameOfKey(key)} is deleted.`);
    onDeleted();
  });
  return (
    <ConfirmDialog
      title={`Delete ${nameOfKey(key)}?`}
      confirm="Delete"
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onClose={onClose}
    >
      It is not asked any more, and its secret is forgotten. This can not be undone; logs and usage stay. To pause it,
      disable it instead.
    </ConfirmDialog>
  );
}
