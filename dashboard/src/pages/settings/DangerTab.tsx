import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import { api, type Schemas } from "../../api/client";
import { useAction, useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { LoadState } from "../../components/LoadState";
import { Card } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { formatCount } from "../../format/numbers";
import { colour, space } from "../../theme";

export function DangerTab() {
  const { can } = useSession();
  return (
    <div style={{ display: "grid", gap: space.l, maxWidth: 760, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Leave />
      {can("workspace:delete") ? (
        <Delete />
      ) : (
        <p style={{ color: colour.textMuted }}>Only an owner can delete the workspace.</p>
      )}
    </div>
  );
}

function Leave() {
  const path = useWorkspacePath();
  const { workspace, reload } = useSession();
  const navigate = useNavigate();
  const tell = useTell();
  const [asking, setAsking] = useState(false);
  const leave = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/membership", { path });
    tell(`You have left ${workspace.name}.`);
    setAsking(false);
    await reload();
    navigate("/app/overview");
  });
  return (
    <Card
      title="Leave this workspace"
      description="You lose access at once, and the access tokens and open invitations that you made end. API keys stay."
    >
      <div style={{ display: "grid", gap: space.l, justifyItems: "start" }}>
        <p style={{ color: colour.textMuted }}>
          You are {workspace.role} here. The last owner can not leave: make somebody else an owner first, or delete the
          workspace.
        </p>
        <Button onClick={() => setAsking(true)}>Leave…</Button>
      </div>
      {asking && (
        <ConfirmDialog
          title={`Leave ${workspace.name}?`}
          confirm="Leave"
          busy={leave.busy}
          error={leave.error}
          onConfirm={() => void leave.run()}
          onClose={() => setAsking(false)}
        >
          To come back, you need an invitation.
        </ConfirmDialog>
      )}
    </Card>
  );
}

function Delete() {
  const { workspace } = useSession();
  const [asking, setAsking] = useState(false);
  return (
    <Card title="Delete this workspace" description="With everything in it. Nothing brings it back.">
      <div style={{ display: "grid", gap: space.l, justifyItems: "start" }}>
        <p style={{ color: colour.textMuted }}>
          Applications that use an API key of {workspace.name} get a 401 from then on.
        </p>
        <Button kind="danger" onClick={() => setAsking(true)}>
          Delete…
        </Button>
      </div>
      {asking && <DeleteDialog onClose={() => setAsking(false)} />}
    </Card>
  );
}

function DeleteDialog({ onClose }: { onClose(): void }) {
  const path = useWorkspacePath();
  const { workspace, reload } = useSession();
  const navigate = useNavigate();
  const tell = useTell();
  const deletion = useLoaded(
    useCallback(
      async (signal: AbortSignal) => (await api.get("/workspaces/{workspace_id}/deletion", { path, signal })).data,
      [path],
    ),
  );
  const remove = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}", { path, body: { confirm_name: workspace.name } });
    tell(`${workspace.name} is deleted.`);
    onClose();
    await reload();
    navigate("/app/overview");
  });
  return (
    <ConfirmDialog
      title={`Delete ${workspace.name}?`}
      confirm="Delete the workspace"
      typed={workspace.name}
      busy={remove.busy}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onClose={onClose}
    >
      <LoadState of={deletion} skeletonRows={5}>
        {(data) => (
          <div style={{ display: "grid", gap: space.m }}>
            <Counts title="At once:" kinds={data.deleted_at_once} counts={data.counts} />
            <Counts
              title="Within an hour, and seen by nobody until then:"
              kinds={data.deleted_later}
              counts={data.counts}
            />
          </div>
        )}
      </LoadState>
    </ConfirmDialog>
  );
}

type Deletion = Schemas["Deletion"];
type Kind = Deletion["deleted_at_once"][number];

function Counts({ title, kinds, counts }: { title: string; kinds: Kind[]; counts: Deletion["counts"] }) {
  return (
    <div>
      <p>{title}</p>
      <ul style={{ paddingLeft: space.xl }}>
        {kinds.map((kind) => {
          const count = counts[kind];
          return (
            <li key={kind}>
              {count && `${formatCount(count.count)}${count.or_more ? " or more" : ""} `}
              {KINDS[kind]}
              {count?.count === 1 && !count.or_more ? "" : "s"}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Of one. */
const KINDS: Record<Kind, string> = {
  provider_keys: "provider key",
  api_keys: "API key",
  members: "membership",
  access_tokens: "access token",
  invitations: "invitation",
  request_logs: "logged request",
  usage: "usage figure",
  contents: "logged content",
};
