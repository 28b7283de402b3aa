import { api, type Schemas } from "../api/client";

/**
 * Where somebody goes who has just signed in: to the first steps while the workspace has never been asked anything.
 *
 * Never throws: who can not be told (no permission, no answer) gets the overview, which says itself what is wrong.
 */
export async function landingPathOf(workspace: Pick<Schemas["MyWorkspace"], "id" | "actions">): Promise<string> {
  if (!workspace.actions.includes("logs:read")) return "/app/overview";
  try {
    const { data } = await api.get("/workspaces/{workspace_id}/logs", {
      path: { workspace_id: workspace.id },
      query: { limit: 1 },
    });
    return data.length === 0 ? "/app/onboarding" : "/app/overview";
  } catch {
    return "/app/overview";
  }
}
