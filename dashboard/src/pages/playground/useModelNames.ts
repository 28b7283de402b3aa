import { useCallback, useEffect, useState } from "react";
import { api } from "../../api/client";
import { GatewayError, listModels } from "../../api/gateway";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";

const TIERS = ["default", "premium", "fast", "cheap"].map((tier) => `perpetuo/chat-${tier}`);

/** Names to suggest: what the key may ask for; without a key the workspace's own aliases and the tiers. */
export function useModelNames(key: string | null): string[] {
  const path = useWorkspacePath();
  const { can } = useSession();
  const mayRead = can("workspace:read");
  const own = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        if (!mayRead) return [];
        const { data } = await api.get("/workspaces/{workspace_id}/settings", { path, signal });
        return Object.keys(data.aliases);
      },
      [path, mayRead],
    ),
  );
  const [served, setServed] = useState<string[]>();
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    listModels(key, abort.signal)
      .then((models) => setServed(models.filter(({ intent }) => intent === "chat").map(({ id }) => id)))
      .catch((failure: unknown) => {
        // They are only suggestions: the request itself will say what is wrong.
        if (!abort.signal.aborted && !(failure instanceof GatewayError)) throw failure;
      });
    return () => abort.abort();
  }, [key]);
  return served ?? [...(own.data ?? []), ...TIERS];
}
