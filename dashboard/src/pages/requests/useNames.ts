import { useCallback, useMemo } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";

const PAGES = 5;

export interface Names {
  apiKeys: readonly { id: string; name: string }[];
  vendors: readonly string[];
  /** Labels of provider keys, by id. */
  providerKeyNames: ReadonlyMap<string, string>;
  keyName(id: string): string;
}

/** Names of API keys, the ended ones too, and of the providers in use. Without them ids are shown. */
export function useNames(): Names {
  const path = useWorkspacePath();
  const { can } = useSession();
  const mayReadKeys = can("api_keys:read");
  const mayReadProviders = can("provider_keys:read");
  const keys = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const found: Schemas["ApiKey"][] = [];
        let cursor: string | undefined;
        for (let pages = 0; mayReadKeys && pages < PAGES; pages += 1) {
          const page = await api.get("/workspaces/{workspace_id}/api-keys", {
            path,
            query: { cursor, limit: 200 },
            signal,
          });
          found.push(...page.data);
          if (page.next_cursor === null) break;
          cursor = page.next_cursor;
        }
        return found;
      },
      [path, mayReadKeys],
    ),
  );
  const providers = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        mayReadProviders ? (await api.get("/workspaces/{workspace_id}/providers", { path, signal })).data : [],
      [path, mayReadProviders],
    ),
  );
  const names = useMemo(() => new Map(keys.data?.map((key) => [key.id, key.name])), [keys.data]);
  // Until they are there nothing is shown, so that no id flashes by.
  const loading = keys.data === undefined && keys.error === undefined;
  const keyName = useCallback((id: string) => names.get(id) ?? (loading ? "" : id.slice(-8)), [names, loading]);
  const vendors = useMemo(() => [...new Set(providers.data?.map((key) => key.vendor))], [providers.data]);
  const providerKeyNames = useMemo(
    () => new Map(providers.data?.map((key) => [key.id, key.label || key.secret_hint])),
    [providers.data],
  );
  return { providerKeyNames, apiKeys: keys.data ?? [], vendors, keyName };
}
