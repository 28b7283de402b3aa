import { useCallback, useMemo, useRef } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Page } from "../../components/Page";
import { AliasesCard } from "./AliasesCard";
import { DefaultsCard } from "./DefaultsCard";
import { ExplainerCard } from "./ExplainerCard";
import { parametersOf, typedOf } from "./explainer";
import { useModelNames } from "./useModelNames";

/** Names that mean a tier rather than a model, whatever the workspace has. */
const TIER_NAMES = ["default", "premium", "fast", "cheap"].map((tier) => `perpetuo/chat-${tier}`);

export function RoutingPage() {
  const path = useWorkspacePath();
  const { can } = useSession();
  const [parameters, setParameters] = useSearchParams();
  const settings = useLoaded(
    useCallback(
      async (signal: AbortSignal) => (await api.get("/workspaces/{workspace_id}/settings", { path, signal })).data,
      [path],
    ),
  );
  const changes = useChanges(settings.data);
  const models = useModelNames();
  const explainer = useRef<HTMLDivElement>(null);
  const suggestions = useMemo(
    () => [...new Set([...Object.keys(settings.data?.aliases ?? {}), ...TIER_NAMES, ...models.names])],
    [settings.data?.aliases, models.names],
  );
  const explain = (model: string) => {
    setParameters(parametersOf({ ...typedOf(parameters), model }), { replace: true });
    explainer.current?.scrollIntoView({ block: "start" });
    explainer.current?.querySelector("input")?.focus({ preventScroll: true });
  };
  return (
    <Page
      title="Routing"
      description="Which provider key answers a request: by the name that was asked for, the strategy, and what is known of each key."
      maxWidth={1440}
    >
      {can("routing:explain") && (
        <div ref={explainer} style={{ minWidth: 0, scrollMarginTop: 16 }}>
          <ExplainerCard suggestions={suggestions} onTypeModel={models.want} changes={changes} />
        </div>
      )}
      <DefaultsCard of={settings} />
      <AliasesCard of={settings} modelNames={models.names} onTypeModels={models.want} onExplain={explain} />
    </Page>
  );
}

/** Goes up by one whenever it is another thing than before. */
function useChanges(of: unknown): number {
  const seen = useRef({ of, count: 0 });
  if (seen.current.of !== of) seen.current = { of, count: seen.current.count + 1 };
  return seen.current.count;
}
