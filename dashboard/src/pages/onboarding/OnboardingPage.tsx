import { useCallback, useState } from "react";
import { api } from "../../api/client";
import { heldKey, holdKey } from "../../api/heldKey";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { DecisionOf } from "../../components/decision/DecisionOf";
import { LinkButton } from "../../components/LinkButton";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Page } from "../../components/Page";
import { colour, size, space, weight } from "../../theme";
import { KeyStep } from "./KeyStep";
import { DEMO_VENDOR, ProviderStep } from "./ProviderStep";
import { RequestStep } from "./RequestStep";
import { Step } from "./Step";
import { useFirstRequest } from "./useFirstRequest";

/** From nothing to the first request: how far one is is what there is, so it can be left and come back to. */
export function OnboardingPage() {
  const { workspace } = useSession();
  return <Steps key={workspace.id} />;
}

function Steps() {
  const path = useWorkspacePath();
  const { can } = useSession();
  const [isDemoEnough, setDemoEnough] = useState(false);
  const [secret, setSecret] = useState(() => heldKey(path.workspace_id, "first-steps")?.key ?? null);
  const [askedHere, setAskedHere] = useState<string>();
  const mayReadProviders = can("provider_keys:read");
  const mayReadKeys = can("api_keys:read");
  const there = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const [providers, apiKeys] = await Promise.all([
          mayReadProviders ? api.get("/workspaces/{workspace_id}/providers", { path, signal }) : undefined,
          mayReadKeys ? api.get("/workspaces/{workspace_id}/api-keys", { path, signal }) : undefined,
        ]);
        return { providers: providers?.data ?? [], apiKeys: apiKeys?.data ?? [] };
      },
      [path, mayReadProviders, mayReadKeys],
    ),
  );
  const first = useFirstRequest(askedHere === undefined);
  const requestId = askedHere ?? (first.isNew ? first.newest?.id : undefined);
  const hold = (key: string) => {
    holdKey(path.workspace_id, "first-steps", { key, expiresAtMs: null, made: true });
    setSecret(key);
  };
  return (
    <Page
      title="Start here"
      description="Three steps to the first request of your own."
      maxWidth={820}
      actions={
        <LinkButton to="/app/overview" kind={requestId === undefined ? "secondary" : "primary"} icon="arrowRight">
          {requestId === undefined ? "Skip to the overview" : "To the overview"}
        </LinkButton>
      }
    >
      <LoadState of={there} skeletonRows={8}>
        {({ providers, apiKeys }) => {
          const hasProvider = providers.some(({ vendor, enabled }) => enabled && vendor !== DEMO_VENDOR);
          const isProviderDone = hasProvider || (isDemoEnough || secret !== null ? providers.length > 0 : false);
          const isAsked = requestId !== undefined || first.newest != null;
          return (
            <ol style={{ listStyle: "none", display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.l }}>
              <Step number={1} title="Add a provider key" state={isProviderDone ? "done" : "now"}>
                <ProviderStep
                  providers={providers}
                  onAdded={there.reload}
                  onSkip={isProviderDone ? undefined : () => setDemoEnough(true)}
                />
              </Step>
              <Step
                number={2}
                title="Create an API key"
                state={secret !== null ? "done" : isProviderDone ? "now" : "later"}
              >
                <KeyStep apiKeys={apiKeys} secret={secret} onHeld={hold} onCreated={there.reload} />
              </Step>
              <Step
                number={3}
                title="Send the first request"
                state={isAsked ? "done" : isProviderDone && secret !== null ? "now" : "later"}
              >
                {secret === null ? (
                  <p style={{ color: colour.textMuted }}>With the API key of step 2, right here or from your code.</p>
                ) : mayReadProviders && providers.length === 0 ? (
                  <p style={{ color: colour.textMuted }}>Right here or from your code, once there is who answers it.</p>
                ) : (
                  <RequestStep
                    key={`${secret} ${providers.length}`}
                    secret={secret}
                    isWaiting={requestId === undefined && can("logs:read")}
                    onAsked={setAskedHere}
                  >
                    {askedHere !== undefined && <Arrived requestId={askedHere} isFromOutside={false} />}
                  </RequestStep>
                )}
                {askedHere === undefined && requestId !== undefined && (
                  <Arrived requestId={requestId} isFromOutside={true} />
                )}
              </Step>
            </ol>
          );
        }}
      </LoadState>
    </Page>
  );
}

function Arrived({ requestId, isFromOutside }: { requestId: string; isFromOutside: boolean }) {
  const { can } = useSession();
  if (!can("logs:read")) return null;
  return (
    <section aria-label="The decision" style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.m }}>
      <Notice kind="good">
        {isFromOutside ? "A request has arrived." : "Your request is in the log."} Every request leaves a decision like
        this one: who could answer, in which order, and what came of it.
      </Notice>
      <h3 style={{ fontSize: size.m, fontWeight: weight.medium }}>The decision</h3>
      <DecisionOf requestId={requestId} />
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
        <LinkButton to="/app/overview" kind="primary">
          To the overview
        </LinkButton>
        <LinkButton to="/app/playground">Ask more in the playground</LinkButton>
      </div>
    </section>
  );
}
