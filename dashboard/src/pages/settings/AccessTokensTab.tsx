import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, usePages } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { Empty, LoadState } from "../../components/LoadState";
import { Badge, type Tone } from "../../components/Notice";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Time } from "../../components/Values";
import { colour, font, size, space, weight } from "../../theme";
import { AccessTokenDialog } from "./AccessTokenDialog";

type AccessToken = Schemas["AccessToken"];

const TONES: Record<AccessToken["status"], Tone> = { active: "good", expired: "warn", revoked: "neutral" };

export function AccessTokensTab() {
  const path = useWorkspacePath();
  const { can } = useSession();
  const tokens = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/workspaces/{workspace_id}/access-tokens", { path, query: { cursor }, signal }),
      [path],
    ),
  );
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<AccessToken>();
  const mayWrite = can("access_tokens:write");
  const create = (
    <Button kind="primary" small icon="plus" onClick={() => setCreating(true)}>
      Create access token
    </Button>
  );
  return (
    <Card
      padding={0}
      title="Access tokens"
      description="What CI and scripts call this API with. They never do more than their maker may; applications that ask models take an API key instead."
      actions={mayWrite && create}
    >
      <div style={{ paddingTop: space.m }}>
        <LoadState of={tokens} skeletonRows={4}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No access tokens yet">
                With one, a script reads logs and usage, or makes API keys, without anybody’s password.
              </Empty>
            ) : (
              <Table
                caption="Access tokens"
                columns={columns(mayWrite, setRevoking)}
                rows={rows}
                rowKey={(token) => token.id}
                isFaded={(token) => token.status !== "active"}
              />
            )
          }
        </LoadState>
      </div>
      <ShowMore of={tokens} />
      {creating && <AccessTokenDialog onClose={() => setCreating(false)} onCreated={tokens.reload} />}
      {revoking && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} onRevoked={tokens.reload} />}
    </Card>
  );
}

function columns(mayWrite: boolean, onRevoke: (token: AccessToken) => void): Column<AccessToken>[] {
  const shown: Column<AccessToken>[] = [
    {
      title: "Name",
      cell: (token) => (
        <div style={{ minWidth: 120 }}>
          <div style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }}>{token.name}</div>
          <code style={{ color: colour.textMuted, fontFamily: font.mono, fontSize: size.xs }}>{token.token_hint}</code>
        </div>
      ),
    },
    { title: "State", cell: (token) => <Badge tone={TONES[token.status]}>{token.status}</Badge> },
    { title: "Actions allowed", notOnPhones: true, cell: (token) => <Allowed token={token} /> },
    { title: "Last used", notOnPhones: true, cell: (token) => <Time at={token.last_used_at} relative /> },
    { title: "Ends", notOnPhones: true, cell: (token) => <Time at={token.revoked_at ?? token.expires_at} relative /> },
  ];
  if (mayWrite) {
    shown.push({
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (token) =>
        token.status === "active" && (
          <IconButton icon="trash" label={`Revoke ${token.name}`} onClick={() => onRevoke(token)} />
        ),
    });
  }
  return shown;
}

function Allowed({ token }: { token: AccessToken }) {
  const lost = token.actions.filter((action) => !token.actions_now.includes(action));
  return (
    <div style={{ fontSize: size.s, maxWidth: 360 }}>
      {token.actions.join(", ")}
      {token.status === "active" && lost.length > 0 && (
        <div style={{ color: colour.warn }}>Its maker may no more: {lost.join(", ")}</div>
      )}
    </div>
  );
}

interface RevokeProps {
  token: AccessToken;
  onClose(): void;
  onRevoked(): void;
}

function RevokeToken({ token, onClose, onRevoked }: RevokeProps) {
  const path = useWorkspacePath();
  const tell = useTell();
  const revoke = useAction(async () => {
    await api.delete("/workspaces/{workspace_id}/access-tokens/{access_token_id}", {
      path: { ...path, access_token_id: token.id },
    });
    tell(`${token.name} is revoked.`);
    onRevoked();
    onClose();
  });
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      confirm="Revoke"
      busy={revoke.busy}
      error={revoke.error}
      onConfirm={() => void revoke.run()}
      onClose={onClose}
    >
      What uses it gets a 401 from now on. This can not be undone.
    </ConfirmDialog>
  );
}
