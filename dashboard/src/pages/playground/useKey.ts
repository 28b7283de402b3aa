import { useCallback, useState } from "react";
import { api } from "../../api/client";
import { type HeldKey, heldKey, holdKey } from "../../api/heldKey";
import { useSession, useWorkspacePath } from "../../app/SessionContext";

export interface PlaygroundKey {
  held: HeldKey | null;
  /** Whether this page may make one; else somebody pastes it. */
  mayMake: boolean;
  /** The held one, or a new one. null: there is none, and it may not be made. Throws ApiError. */
  obtain(): Promise<string | null>;
  paste(key: string): void;
  forget(): void;
}

const LIFETIME_MS = 60 * 60_000;

/** The API key that the playground asks with. */
export function useKey(): PlaygroundKey {
  const path = useWorkspacePath();
  const mayMake = useSession().can("api_keys:write");
  const [, setTurn] = useState(0);
  const workspaceId = path.workspace_id;
  const hold = useCallback(
    (held: HeldKey | null) => {
      holdKey(workspaceId, "playground", held);
      setTurn((before) => before + 1);
    },
    [workspaceId],
  );
  const obtain = useCallback(async () => {
    const held = heldKey(workspaceId, "playground");
    if (held !== null) return held.key;
    if (!mayMake) return null;
    const expiresAtMs = Date.now() + LIFETIME_MS;
    const { data } = await api.post("/workspaces/{workspace_id}/api-keys", {
      path,
      body: { name: "Playground", expires_at: new Date(expiresAtMs).toISOString() },
    });
    hold({ key: data.key, expiresAtMs, made: true });
    return data.key;
  }, [path, workspaceId, mayMake, hold]);
  return {
    held: heldKey(workspaceId, "playground"),
    mayMake,
    obtain,
    paste: useCallback((key: string) => hold({ key, expiresAtMs: null, made: false }), [hold]),
    forget: useCallback(() => hold(null), [hold]),
  };
}
