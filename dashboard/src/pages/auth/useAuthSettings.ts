import { useCallback } from "react";
import { api, type Schemas } from "../../api/client";
import { type Loaded, useLoaded } from "../../api/hooks";

/** What this installation offers to whoever is not signed in. */
export function useAuthSettings(): Loaded<Schemas["AuthSettings"]> {
  return useLoaded(useCallback(async (signal: AbortSignal) => (await api.get("/auth/settings", { signal })).data, []));
}
