import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { ApiError, api, apiError, type Schemas } from "../api/client";
import {
  currentWorkspaceId,
  endSession,
  forgetSession,
  keepToken,
  onSessionEnd,
  onWorkspaceLost,
  setCurrentWorkspaceId,
  usableToken,
  watchUser,
} from "../api/session";
import { LinkButton } from "../components/LinkButton";
import { LoadState } from "../components/LoadState";
import { useTell } from "../components/Toasts";

export type Action = Schemas["MyWorkspace"]["actions"][number];

export interface Session {
  user: Schemas["Me"]["user"];
  workspaces: Schemas["MyWorkspace"][];
  /** The one this tab is in. */
  workspace: Schemas["MyWorkspace"];
  /** Whether one's role allows it; the server decides, this only spares one the refusal. */
  can(action: Action): boolean;
  switchTo(workspaceId: string): Promise<void>;
  signOut(): Promise<void>;
  /** After one's name, role or workspaces have changed. */
  reload(): Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

/** Of whoever is signed in; only below SessionGate. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is used outside of SessionGate");
  return session;
}

/** The path that every request about the workspace has: `{ path: { ...useWorkspacePath() } }`. */
export function useWorkspacePath(): { workspace_id: string } {
  const id = useSession().workspace.id;
  return useMemo(() => ({ workspace_id: id }), [id]);
}

export interface Props {
  children: ReactNode;
  /** Shown to somebody who is in no workspace; to call `onJoined` once they are in one. */
  without(member: { email: string; isOperator: boolean; onJoined(): Promise<void> }): ReactNode;
}

/** Children only for who is signed in; others go to the login, which leads back to this page. */
export function SessionGate({ children, without }: Props) {
  const [me, setMe] = useState<Schemas["Me"]>();
  const [failure, setFailure] = useState<ApiError>();
  const tell = useTell();
  const navigate = useNavigate();
  const location = useLocation();
  const here = location.pathname + location.search + location.hash;

  const toLogin = useCallback(() => {
    navigate(`/app/login?next=${encodeURIComponent(here)}`, { replace: true });
  }, [navigate, here]);
  useEffect(() => onSessionEnd(toLogin), [toLogin]);

  const load = useCallback(async () => {
    setFailure(undefined);
    try {
      if ((await usableToken(currentWorkspaceId())) === null) {
        // Also what has expired goes: the login takes whoever has a token for signed in.
        endSession();
        return;
      }
      const { data } = await api.get("/auth/me", {});
      // Noted in this tab also where it stays the same: what another tab switches to later is not for this one.
      const current = data.workspaces.find((each) => each.id === currentWorkspaceId()) ?? data.workspaces[0];
      if (current !== undefined) setCurrentWorkspaceId(current.id);
      setMe(data);
    } catch (error) {
      const known = apiError(error);
      if (known instanceof ApiError) {
        // Of a 401 the gate hears by `onSessionEnd`.
        if (known.status !== 401) setFailure(known);
      } else throw error;
    }
  }, []);

  useEffect(() => {
    void load();
  }, [load]);

  useEffect(
    () =>
      onWorkspaceLost(() => {
        tell("You are not a member of that workspace any more.", "bad");
        void load();
      }),
    [load, tell],
  );
  const userId = me?.user.id;
  useEffect(() => {
    // What is on the screen is not theirs.
    if (userId !== undefined) return watchUser(userId, () => window.location.reload());
  }, [userId]);

  const switchTo = useCallback(async (workspaceId: string) => {
    keepToken((await api.post("/auth/switch", { body: { workspace_id: workspaceId } })).data);
    const { data } = await api.get("/auth/me", { workspaceId });
    setCurrentWorkspaceId(workspaceId);
    setMe(data);
  }, []);
  const signOut = useCallback(async () => {
    try {
      await api.post("/auth/logout", {});
    } catch (error) {
      const known = apiError(error);
      if (!(known instanceof ApiError)) throw error;
      if (known.status !== 401) {
        // The cookie is still good: whoever comes next would be signed in.
        tell(`You are still signed in. ${known.message}`, "bad");
        return;
      }
    }
    forgetSession();
    navigate("/app/login", { replace: true });
  }, [navigate, tell]);

  const workspace =
    me?.workspaces.find((each) => each.id === (currentWorkspaceId() ?? me.workspace_id)) ?? me?.workspaces[0];
  const session = useMemo<Session | null>(() => {
    if (me === undefined || workspace === undefined) return null;
    const actions = new Set(workspace.actions);
    return {
      user: me.user,
      workspaces: me.workspaces,
      workspace,
      can: (action) => actions.has(action),
      switchTo,
      signOut,
      reload: load,
    };
  }, [me, workspace, switchTo, signOut, load]);

  if (session !== null) return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
  if (me !== undefined) {
    return without({ email: me.user.email, isOperator: me.user.is_operator, onJoined: load });
  }
  return (
    <main style={{ maxWidth: 480, margin: "20vh auto 0", padding: 24 }}>
      <LoadState of={{ data: undefined, error: failure, loading: failure === undefined, reload: load }}>
        {() => null}
      </LoadState>
      {failure && !failure.isOffline && (
        <LinkButton kind="ghost" to="/app/login?again=1">
          Log in as somebody else
        </LinkButton>
      )}
    </main>
  );
}
