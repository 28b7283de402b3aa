import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";

export interface FirstRequest {
  /** The newest one by now; null: there was never any. undefined: not known (yet) */
  newest: Schemas["Log"] | null | undefined;
  /** Whether it came since this page was opened. */
  isNew: boolean;
}

/** Looks for requests while somebody waits for the first one, wherever it is sent from. */
export function useFirstRequest(isWaiting: boolean): FirstRequest {
  const path = useWorkspacePath();
  const mayRead = useSession().can("logs:read");
  const [before, setBefore] = useState<{ id: string | null }>();
  const found = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        if (!mayRead) return undefined;
        const { data } = await api.get("/workspaces/{workspace_id}/logs", { path, query: { limit: 1 }, signal });
        const newest = data[0] ?? null;
        setBefore((known) => known ?? { id: newest?.id ?? null });
        return newest;
      },
      [path, mayRead],
    ),
    isWaiting && mayRead ? 2_000 : undefined,
  );
  const newest = found.data;
  return { newest, isNew: newest != null && before !== undefined && newest.id !== before.id };
}
