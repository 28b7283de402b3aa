import { api, type Schemas } from "../../api/client";
import { allApiKeys } from "../../api/usage";

/** How things are now, whatever time is looked at. */
export interface State {
  health: Schemas["KeyHealth"][];
  providerKeys: Schemas["ProviderKey"][];
  settings: Schemas["Settings"];
  apiKeys: Schemas["ApiKey"][];
}

export async function loadState(path: { workspace_id: string }, signal: AbortSignal): Promise<State> {
  const [health, providerKeys, settings, apiKeys] = await Promise.all([
    api.get("/workspaces/{workspace_id}/providers/health", { path, signal }),
    api.get("/workspaces/{workspace_id}/providers", { path, query: { limit: 200 }, signal }),
    api.get("/workspaces/{workspace_id}/settings", { path, signal }),
    allApiKeys(path, signal),
  ]);
  return { health: health.data.keys, providerKeys: providerKeys.data, settings: settings.data, apiKeys };
}
