import { useCallback } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import { useLoaded, usePages } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { ACTIONS, AuditTrail } from "../../components/AuditTrail";
import { SelectField } from "../../components/Field";
import { Card } from "../../components/Page";
import { space } from "../../theme";

/** Of a workspace: what only operators do is not among them. */
const OF_A_WORKSPACE = /^(access_tokens|aliases|api_keys|invitations|members|provider_keys|settings|workspaces)\./;
const CHOICES = [
  { value: "", label: "Every action" },
  ...Object.entries(ACTIONS)
    .filter(([action]) => OF_A_WORKSPACE.test(action))
    .map(([action, sentence]) => ({ value: action, label: sentence })),
];

export function AuditTab() {
  const path = useWorkspacePath();
  const [parameters, setParameters] = useSearchParams();
  const action = parameters.get("action") ?? "";
  const actorId = parameters.get("actor") ?? "";
  const entries = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/workspaces/{workspace_id}/audit", {
          path,
          query: { cursor, action: action || undefined, actor_id: actorId || undefined },
          signal,
        }),
      [path, action, actorId],
    ),
  );
  const actors = useActors();
  const change = (name: string, value: string) =>
    setParameters(
      (before) => {
        if (value === "") before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const isKnown = actorId === "" || actors.some((actor) => actor.value === actorId);
  return (
    <Card padding={0} title="Audit log" description="Who changed what in this workspace, the newest first.">
      <div
        style={{
          display: "grid",
          gap: space.m,
          gridTemplateColumns: "repeat(auto-fit, minmax(200px, 280px))",
          padding: `${space.m}px ${space.l}px`,
        }}
      >
        <SelectField
          label="What"
          value={action}
          choices={withChosen(CHOICES, action)}
          onChange={(value) => change("action", value)}
        />
        <SelectField
          label="Who"
          value={actorId}
          choices={[
            { value: "", label: "Everybody" },
            ...actors,
            ...(isKnown ? [] : [{ value: actorId, label: `Somebody else (${actorId})` }]),
          ]}
          onChange={(value) => change("actor", value)}
        />
      </div>
      <AuditTrail of={entries} />
    </Card>
  );
}

/** Members, and access tokens: those who can have changed something, and are still there. */
function useActors(): { value: string; label: string }[] {
  const path = useWorkspacePath();
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const query = { limit: 200 };
        const [members, tokens] = await Promise.all([
          api.get("/workspaces/{workspace_id}/members", { path, query, signal }),
          api.get("/workspaces/{workspace_id}/access-tokens", { path, query, signal }),
        ]);
        return [
          ...members.data.map((member) => ({ value: member.user_id, label: member.email })),
          ...tokens.data.map((token) => ({ value: token.id, label: `Access token ${token.name}` })),
        ];
      },
      [path],
    ),
  );
  return loaded.data ?? [];
}

function withChosen(choices: { value: string; label: string }[], chosen: string) {
  return choices.some((choice) => choice.value === chosen) ? choices : [...choices, { value: chosen, label: chosen }];
}
