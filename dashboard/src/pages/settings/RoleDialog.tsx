import { useState } from "react";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { SelectField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";
import type { Member } from "./MembersTab";
import { type Role, roleChoices } from "./roles";

export interface Props {
  member: Member;
  onClose(): void;
  onChanged(member: Member): void;
}

export function RoleDialog({ member, onClose, onChanged }: Props) {
  const path = useWorkspacePath();
  const { user, workspace, reload } = useSession();
  const tell = useTell();
  const [role, setRole] = useState<Role>(member.role);
  const change = useAction(async () => {
    const { data } = await api.patch("/workspaces/{workspace_id}/members/{user_id}", {
      path: { ...path, user_id: member.user_id },
      body: { role },
    });
    onChanged(data);
    tell(`${member.email} is ${data.role} now.`);
    onClose();
    if (member.user_id === user.id) await reload();
  });
  return (
    <Dialog title={`Role of ${member.name || member.email}`} onClose={onClose} width={480}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void change.run();
        }}
      >
        <SelectField<Role> label="Role" value={role} choices={roleChoices(workspace.role)} onChange={setRole} />
        {member.user_id === user.id && (
          <Notice kind="warn">This is you: what you give up, somebody else has to give you back.</Notice>
        )}
        {change.error && <Notice kind="bad">{change.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={change.busy} disabled={role === member.role}>
            Change role
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
