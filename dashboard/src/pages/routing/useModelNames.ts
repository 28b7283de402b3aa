import { useCallback, useMemo, useState } from "react";
import { api } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";

/** Of that many provider keys models are suggested: each is a call. */
const KEYS = 10;
const SUGGESTED = 500;

export interface ModelNames {
  names: readonly string[];
  /** Loads them, once somebody is about to type one. */
  want(): void;
}

/** Names of models that the workspace's enabled provider keys offer. Suggestions only: others can be typed too. */
export function useModelNames(): ModelNames {
  const path = useWorkspacePath();
  const [isWanted, setIsWanted] = useState(false);
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        if (!isWanted) return [];
        const keys = await api.get("/workspaces/{workspace_id}/providers", { path, query: { limit: 50 }, signal });
        const active = keys.data.filter((key) => key.status === "active").slice(0, KEYS);
        const details = await Promise.all(
          active.map((key) =>
            api.get("/workspaces/{workspace_id}/providers/{provider_key_id}", {
              path: { ...path, provider_key_id: key.id },
              signal,
            }),
          ),
        );
        return details.flatMap(({ data }) => data.models.map((model) => model.id));
      },
      [path, isWanted],
    ),
  );
  const names = useMemo(() => [...new Set(loaded.data)].slice(0, SUGGESTED), [loaded.data]);
  return { names, want: useCallback(() => setIsWanted(true), []) };
}
