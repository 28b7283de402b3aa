import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { ConfirmDialog } from "../../components/Dialog";
import { useTell } from "../../components/Toasts";
import type { Member } from "./MembersTab";

export interface Props {
  member: Member;
  onClose(): void;
  onRemoved(): void;
}

export function RemoveMemberDialog({ member, onClose, onRemoved }: Props) {
  const path = useWorkspacePath();
  const tell = useTell();
  const remove = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/members/{user_id}", { path: { ...path, user_id: member.user_id } });
    tell(`${member.email} is removed.`);
    onRemoved();
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Remove ${member.name || member.email}?`}
      confirm="Remove"
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onClose={onClose}
    >
      They lose access at once, and the access tokens and open invitations that they made end. API keys that they have
      seen go on working: rotate those.
    </ConfirmDialog>
  );
}
