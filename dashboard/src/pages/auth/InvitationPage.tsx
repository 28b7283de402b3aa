import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import { ApiError, api, type Schemas } from "../../api/client";
import { type Loaded, useAction, useLoaded } from "../../api/hooks";
import { beginSession, forgetSession, keepToken, setCurrentWorkspaceId, tokenOf } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { Segmented } from "../../components/Field";
import { LinkButton } from "../../components/LinkButton";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Time } from "../../components/Values";
import { colour, size, space } from "../../theme";
import { LoginForm } from "./LoginForm";
import { SignUpForm } from "./SignUpForm";
import { useAuthSettings } from "./useAuthSettings";
import { useFragmentToken } from "./useFragmentToken";

type Invitation = Schemas["InvitationShown"];

export function InvitationPage() {
  const token = useFragmentToken();
  return token === null ? (
    <AuthLayout title="Invitation">
      <Notice kind="warn">
        The address lacks its last part, which begins with #token=. Open the whole link as you were sent it.
      </Notice>
      <LinkButton to="/app/overview">To the dashboard</LinkButton>
    </AuthLayout>
  ) : (
    <WithToken token={token} />
  );
}

/** What the invitation is for, and whether somebody is signed in here. */
function WithToken({ token }: { token: string }) {
  const invitation = useLoaded(
    useCallback(
      async (signal: AbortSignal) => (await api.post("/auth/invitations/show", { body: { token }, signal })).data,
      [token],
    ),
  );
  const me = useLoaded(useCallback(whoIsHere, []));
  const isOver = invitation.error?.status === 404;
  return (
    <AuthLayout
      title={invitation.data ? `Join ${invitation.data.workspace_name}` : "Invitation"}
      description={
        invitation.data && (
          <>
            {invitation.data.email} is invited to this workspace as {invitation.data.role}. {DOES[invitation.data.role]}
          </>
        )
      }
      footer={
        invitation.data && (
          <>
            The invitation ends <Time at={invitation.data.expires_at} relative />.
          </>
        )
      }
    >
      {isOver ? (
        <>
          <Notice kind="bad">{invitation.error?.message}</Notice>
          <LinkButton to="/app/overview">To the dashboard</LinkButton>
        </>
      ) : (
        <LoadState of={invitation} skeletonRows={5}>
          {(shown) => (
            <LoadState of={me} skeletonRows={4}>
              {({ user }) => <Joining token={token} invitation={shown} user={user} me={me} />}
            </LoadState>
          )}
        </LoadState>
      )}
    </AuthLayout>
  );
}

interface JoiningProps {
  token: string;
  invitation: Invitation;
  user: Schemas["SignedInUser"] | null;
  me: Loaded<Here>;
}

function Joining({ token, invitation, user, me }: JoiningProps) {
  const navigate = useNavigate();
  const accept = useAction(async () => {
    await acceptInvitation(token, invitation.workspace_id);
    navigate("/app/overview", { replace: true });
  });
  const logOut = useAction(async () => {
    await api.post("/auth/logout", {});
    forgetSession();
    me.reload();
  });
  if (user === null) return <Newcomer token={token} invitation={invitation} />;
  if (user.email.toLowerCase() !== invitation.email.toLowerCase()) {
    return (
      <>
        <Notice kind="warn">
          You are signed in as {user.email}, and the invitation is for {invitation.email}.
        </Notice>
        {logOut.error && <Notice kind="bad">{logOut.error.message}</Notice>}
        <div style={{ display: "grid", gap: space.s }}>
          <Button kind="primary" busy={logOut.busy} onClick={() => void logOut.run()}>
            Log out and go on
          </Button>
          <LinkButton to="/app/overview">Stay signed in</LinkButton>
        </div>
      </>
    );
  }
  return (
    <>
      {accept.error && <Notice kind="bad">{accept.error.message}</Notice>}
      <div style={{ display: "grid", gap: space.s }}>
        <Button kind="primary" busy={accept.busy} onClick={() => void accept.run()}>
          Accept the invitation
        </Button>
        <LinkButton to="/app/overview">Not now</LinkButton>
      </div>
      <p style={{ color: colour.textMuted, fontSize: size.s }}>You are signed in as {user.email}.</p>
    </>
  );
}

type Way = "new" | "account";
const WAYS = [
  { value: "new", label: "I am new here" },
  { value: "account", label: "I have an account" },
] as const;

/** Nobody is signed in: an account is made and joins in one step, or one logs in and joins then. */
function Newcomer({ token, invitation }: Pick<JoiningProps, "token" | "invitation">) {
  const navigate = useNavigate();
  const settings = useAuthSettings();
  const [way, setWay] = useState<Way>("new");
  const toWorkspace = () => {
    setCurrentWorkspaceId(invitation.workspace_id);
    navigate("/app/overview", { replace: true });
  };
  return (
    <LoadState of={settings} skeletonRows={4}>
      {(offered) => {
        const mayBeNew = offered.sign_up !== "closed";
        return (
          <>
            {mayBeNew && <Segmented<Way> label="Who you are" value={way} choices={WAYS} onChange={setWay} />}
            {mayBeNew && way === "new" ? (
              <SignUpForm
                settings={offered}
                invitation={{ token, email: invitation.email }}
                onSignedUp={(reply) => {
                  beginSession(reply);
                  toWorkspace();
                }}
              />
            ) : (
              <LoginForm
                email={invitation.email}
                submit="Log in and join"
                onSignedIn={async (reply) => {
                  beginSession(reply);
                  await acceptInvitation(token, invitation.workspace_id);
                  toWorkspace();
                }}
              />
            )}
          </>
        );
      }}
    </LoadState>
  );
}

async function acceptInvitation(token: string, workspaceId: string): Promise<void> {
  await api.post("/auth/invitations/accept", { body: { token } });
  keepToken((await api.post("/auth/switch", { body: { workspace_id: workspaceId } })).data);
  setCurrentWorkspaceId(workspaceId);
}

interface Here {
  user: Schemas["SignedInUser"] | null;
}

/** Nobody, where the browser has nothing or what it has is over. */
async function whoIsHere(signal: AbortSignal): Promise<Here> {
  if (tokenOf(null) === null) return { user: null };
  try {
    return { user: (await api.get("/auth/me", { signal })).data.user };
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return { user: null };
    throw error;
  }
}

const DOES: Record<Invitation["role"], string> = {
  viewer: "Viewers see everything but contents, and change nothing.",
  member: "Members make API keys and read logged contents.",
  admin: "Admins change everything but who owns the workspace.",
  owner: "Owners may do everything, also delete the workspace.",
};
