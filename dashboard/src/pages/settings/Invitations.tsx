import { useState } from "react";
import { api } from "../../api/client";
import { type Pages, useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Empty, LoadState } from "../../components/LoadState";
import { Badge, type Tone } from "../../components/Notice";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Time } from "../../components/Values";
import { space } from "../../theme";
import type { Invitation } from "./MembersTab";
import { mayGrant } from "./roles";

export interface Props {
  of: Pages<Invitation>;
  mayWrite: boolean;
  onAgain(invitation: Invitation): void;
  onRevoked(): void;
}

const TONES: Record<Invitation["status"], Tone> = {
  open: "info",
  accepted: "good",
  revoked: "neutral",
  expired: "warn",
};

export function Invitations({ of, mayWrite, onAgain, onRevoked }: Props) {
  const { workspace } = useSession();
  const [revoking, setRevoking] = useState<Invitation>();
  const columns: Column<Invitation>[] = [
    { title: "E-mail", cell: (each) => <div style={{ minWidth: 130, overflowWrap: "anywhere" }}>{each.email}</div> },
    { title: "Role", cell: (each) => each.role },
    { title: "State", cell: (each) => <Badge tone={TONES[each.status]}>{each.status}</Badge> },
    { title: "Made", notOnPhones: true, cell: (each) => <Time at={each.created_at} relative /> },
    { title: "Ends", notOnPhones: true, cell: (each) => <Time at={each.expires_at} relative /> },
  ];
  if (mayWrite) {
    columns.push({
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (each) =>
        mayGrant(workspace.role, each.role) && (
          <span style={{ display: "inline-flex" }}>
            {(each.status === "open" || each.status === "expired") && (
              <IconButton icon="refresh" label={`Invite ${each.email} again`} onClick={() => onAgain(each)} />
            )}
            {each.status === "open" && (
              <IconButton
                icon="trash"
                label={`Revoke the invitation of ${each.email}`}
                onClick={() => setRevoking(each)}
              />
            )}
          </span>
        ),
    });
  }
  return (
    <Card padding={0} title="Invitations" description="How somebody becomes a member. Each works once, for seven days.">
      <div style={{ paddingTop: space.m }}>
        <LoadState of={of} skeletonRows={3}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="Nobody was invited yet">
                {mayWrite ? "Invite somebody by their e-mail address, above." : "Admins and owners invite people."}
              </Empty>
            ) : (
              <Table
                caption="Invitations"
                columns={columns}
                rows={rows}
                rowKey={(each) => each.id}
                isFaded={(each) => each.status !== "open"}
              />
            )
          }
        </LoadState>
      </div>
      <ShowMore of={of} />
      {revoking && (
        <RevokeInvitation invitation={revoking} onClose={() => setRevoking(undefined)} onRevoked={onRevoked} />
      )}
    </Card>
  );
}

interface RevokeProps {
  invitation: Invitation;
  onClose(): void;
  onRevoked(): void;
}

function RevokeInvitation({ invitation, onClose, onRevoked }: RevokeProps) {
  const path = useWorkspacePath();
  const tell = useTell();
  const revoke = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/invitations/{invitation_id}", {
      path: { ...path, invitation_id: invitation.id },
    });
    tell(`The invitation of ${invitation.email} is revoked.`);
    onRevoked();
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Revoke the invitation of ${invitation.email}?`}
      confirm="Revoke"
      busy={revoke.busy}
      error={revoke.error}
      onConfirm={() => void revoke.run()}
      onClose={onClose}
    >
      Its link works no more. They can be invited again.
    </ConfirmDialog>
  );
}
