import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { usePages } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { LoadState } from "../../components/LoadState";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { space } from "../../theme";
import { Invitations } from "./Invitations";
import { InviteDialog } from "./InviteDialog";
import { MemberTable } from "./MemberTable";
import { RemoveMemberDialog } from "./RemoveMemberDialog";
import { RoleDialog } from "./RoleDialog";

export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];

type Opened = { window: "invite"; again?: Invitation } | { window: "role" | "remove"; member: Member };

export function MembersTab() {
  const path = useWorkspacePath();
  const { can } = useSession();
  const members = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/workspaces/{workspace_id}/members", { path, query: { cursor }, signal }),
      [path],
    ),
  );
  const invitations = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/workspaces/{workspace_id}/invitations", { path, query: { cursor }, signal }),
      [path],
    ),
  );
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  const mayWrite = can("members:write");
  return (
    <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Card
        padding={0}
        title="Members"
        actions={
          mayWrite && (
            <Button kind="primary" small icon="plus" onClick={() => setOpened({ window: "invite" })}>
              Invite
            </Button>
          )
        }
      >
        <div style={{ paddingTop: space.m }}>
          <LoadState of={members} skeletonRows={5}>
            {(rows) => (
              <MemberTable
                rows={rows}
                mayWrite={mayWrite}
                onRole={(member) => setOpened({ window: "role", member })}
                onRemove={(member) => setOpened({ window: "remove", member })}
              />
            )}
          </LoadState>
        </div>
        <ShowMore of={members} />
      </Card>
      <Invitations
        of={invitations}
        mayWrite={mayWrite}
        onAgain={(again) => setOpened({ window: "invite", again })}
        onRevoked={invitations.reload}
      />
      {opened?.window === "invite" && (
        <InviteDialog again={opened.again} onClose={close} onInvited={invitations.reload} />
      )}
      {opened?.window === "role" && (
        <RoleDialog
          member={opened.member}
          onClose={close}
          onChanged={(changed) =>
            members.replace((all) => all.map((each) => (each.user_id === changed.user_id ? changed : each)))
          }
        />
      )}
      {opened?.window === "remove" && (
        <RemoveMemberDialog
          member={opened.member}
          onClose={close}
          onRemoved={() => {
            members.reload();
            invitations.reload();
          }}
        />
      )}
    </div>
  );
}
