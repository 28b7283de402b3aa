import { useCallback } from "react";
import { api, type Schemas } from "../../api/client";
import { type Action, type Loaded, useAction, useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { useTell } from "../../components/Toasts";

export type Settings = Schemas["Settings"];
export type Change = Schemas["SettingsUpdate"];
export type Save = Action<[Change], void>;

export function useSettings(): Loaded<Settings> {
  const path = useWorkspacePath();
  return useLoaded(
    useCallback(
      async (signal: AbortSignal) => (await api.get("/workspaces/{workspace_id}/settings", { path, signal })).data,
      [path],
    ),
  );
}

/** Changes some of them; `settings` shows what the server has made of it. */
export function useSave(settings: Loaded<Settings>): Save {
  const path = useWorkspacePath();
  const tell = useTell();
  return useAction(async (change: Change) => {
    const { data } = await api.patch("/workspaces/{workspace_id}/settings", { path, body: change });
    settings.replace(() => data);
    tell("Saved. It counts within a few seconds.");
    for (const warning of data.warnings) tell(warning, "bad");
  });
}
