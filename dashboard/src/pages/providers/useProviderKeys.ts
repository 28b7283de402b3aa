import { useCallback, useMemo } from "react";
import { api, type Schemas } from "../../api/client";
import { type Loaded, useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import type { KeyHealth } from "./KeyState";
import type { ProviderKey } from "./order";

/** A workspace has at most 200. */
const PAGE = 200;
const HEALTH_EVERY_MS = 10_000;
const USAGE_EVERY_MS = 60_000;

/** All of them, the first to be asked first: an order is saved of all at once. */
export function useProviderKeys(): Loaded<ProviderKey[]> {
  const path = useWorkspacePath();
  return useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const keys: ProviderKey[] = [];
        let cursor: string | undefined;
        do {
          const page = await api.get("/workspaces/{workspace_id}/providers", {
            path,
            query: { limit: PAGE, cursor },
            signal,
          });
          keys.push(...page.data);
          cursor = page.next_cursor ?? undefined;
        } while (cursor !== undefined);
        return keys;
      },
      [path],
    ),
  );
}

export interface KeyFigures {
  healthOf(keyId: string): KeyHealth | undefined;
  usageOf(vendor: string): Schemas["Group"] | undefined;
  reload(): void;
}

/** What is beside a key and may be missing: the list is shown without. */
export function useKeyFigures(): KeyFigures {
  const path = useWorkspacePath();
  const health = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/providers/health", { path, signal })).data.keys,
      [path],
    ),
    HEALTH_EVERY_MS,
  );
  const usage = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const since = new Date(Date.now() - 24 * 3_600_000).toISOString();
        const query = { since, interval: "hour", group_by: "provider", groups: 50 } as const;
        return (await api.get("/workspaces/{workspace_id}/usage", { path, query, signal })).data.groups;
      },
      [path],
    ),
    USAGE_EVERY_MS,
  );
  return useMemo(() => {
    const byId = new Map(health.data?.map((each) => [each.provider_key_id, each]));
    const byVendor = new Map(usage.data?.map((each) => [each.group, each]));
    return {
      healthOf: (keyId) => byId.get(keyId),
      usageOf: (vendor) => byVendor.get(vendor),
      reload: health.reload,
    };
  }, [health.data, health.reload, usage.data]);
}

export function useProviderCatalog(): Loaded<Schemas["CatalogVendor"][]> {
  const path = useWorkspacePath();
  return useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/provider-catalog", { path, signal })).data,
      [path],
    ),
  );
}
