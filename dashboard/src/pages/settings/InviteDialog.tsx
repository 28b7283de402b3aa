import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { Dialog } from "../../components/Dialog";
import { SelectField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { formatDate } from "../../format/time";
import { space } from "../../theme";
import type { Invitation } from "./MembersTab";
import { type Role, roleChoices } from "./roles";

export interface Props {
  /** The one to be made anew: it ends then. */
  again?: Invitation | undefined;
  onClose(): void;
  onInvited(): void;
}

export function InviteDialog({ again, onClose, onInvited }: Props) {
  const path = useWorkspacePath();
  const { workspace } = useSession();
  const [email, setEmail] = useState(again?.email ?? "");
  const [role, setRole] = useState<Role>(again?.role ?? "member");
  const [made, setMade] = useState<Schemas["NewInvitation"]>();
  const invite = useAction(async () => {
    setMade((await api.post("/workspaces/{workspace_id}/invitations", { path, body: { email, role } })).data);
    onInvited();
  });
  const errorOf = (field: string) => (invite.error?.field === field ? invite.error.message : undefined);
  if (made !== undefined) return <Made made={made} onClose={onClose} />;
  return (
    <Dialog title={again === undefined ? "Invite somebody" : `Invite ${again.email} again`} onClose={onClose}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void invite.run();
        }}
      >
        <TextField
          label="E-mail"
          type="email"
          name="invited-email"
          required
          autoFocus={again === undefined}
          readOnly={again !== undefined}
          hint={again && "The invitation before it ends, and its link with it."}
          value={email}
          error={errorOf("email")}
          onChange={setEmail}
        />
        <SelectField<Role>
          label="Role"
          value={role}
          choices={roleChoices(workspace.role)}
          error={errorOf("role")}
          onChange={setRole}
        />
        {invite.error && !["email", "role"].includes(invite.error.field ?? "") && (
          <Notice kind="bad">{invite.error.message}</Notice>
        )}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={invite.busy}>
            Invite
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({ made, onClose }: { made: Schemas["NewInvitation"]; onClose(): void }) {
  return (
    <Dialog title={`${made.email} is invited`} onClose={onClose}>
      <div style={{ display: "grid", gap: space.l }}>
        {made.link === null ? (
          <Notice kind="good">A mail with the link is on its way to {made.email}.</Notice>
        ) : (
          <>
            <Notice kind="warn">
              This installation sends no mail: send {made.email} this link yourself. It is shown this once, works once,
              and until {formatDate(made.expires_at)}; only an account with that address can use it.
            </Notice>
            <SecretOnce secret={wholeLink(made.link)} what="link" />
          </>
        )}
        <Button onClick={onClose} style={{ justifySelf: "end" }}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

/** A server that does not know its address leaves it out; the one that this page came from is good for whoever is asked. */
function wholeLink(link: string): string {
  return link.startsWith("/") ? `${window.location.origin}${link}` : link;
}
