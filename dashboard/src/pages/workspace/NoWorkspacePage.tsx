import { useNavigate } from "react-router";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { forgetSession, keepToken, setCurrentWorkspaceId } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { LinkButton } from "../../components/LinkButton";
import { Notice } from "../../components/Notice";
import { colour, size, space } from "../../theme";
import { NewWorkspaceForm } from "./NewWorkspaceForm";

export interface Props {
  email: string;
  isOperator: boolean;
  /** After one belongs to a workspace. */
  onJoined(): Promise<void>;
}

/** Somebody who is signed in, and a member of nothing: removed from the last workspace, or it was deleted. */
export function NoWorkspacePage({ email, isOperator, onJoined }: Props) {
  const navigate = useNavigate();
  const logOut = useAction(async () => {
    await api.post("/auth/logout", {});
    forgetSession();
    navigate("/app/login", { replace: true });
  });
  return (
    <AuthLayout
      title="You are in no workspace"
      description={`You are signed in as ${email}. Create a workspace of your own, or open the link of an invitation.`}
    >
      <NewWorkspaceForm
        onCreated={async (id) => {
          keepToken((await api.post("/auth/switch", { body: { workspace_id: id } })).data);
          setCurrentWorkspaceId(id);
          navigate("/app/onboarding", { replace: true });
          await onJoined();
        }}
      />
      <div style={{ borderTop: `1px solid ${colour.line}`, paddingTop: space.l, display: "grid", gap: space.s }}>
        {isOperator && (
          <p style={{ color: colour.textMuted, fontSize: size.s }}>
            You run this installation: its users and workspaces are under Admin as soon as you have a workspace.
          </p>
        )}
        {logOut.error && <Notice kind="bad">{logOut.error.message}</Notice>}
        <div style={{ display: "flex", gap: space.s, flexWrap: "wrap" }}>
          <Button icon="refresh" onClick={() => void onJoined()}>
            Look again
          </Button>
          <Button icon="logout" busy={logOut.busy} onClick={() => void logOut.run()}>
            Log out
          </Button>
          <LinkButton to="/app/login?again=1" kind="ghost">
            Log in as somebody else
          </LinkButton>
        </div>
      </div>
    </AuthLayout>
  );
}
