import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { usePages } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Empty, LoadState } from "../../components/LoadState";
import { Card, Page } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { ApiKeyDialog } from "./ApiKeyDialog";
import { ApiKeyTable } from "./ApiKeyTable";
import { RevokeDialog } from "./RevokeDialog";
import { RotateDialog } from "./RotateDialog";

export type ApiKey = Schemas["ApiKey"];

/** Which window is open, and for which key. */
type Opened = { window: "create" } | { window: "edit" | "rotate" | "revoke"; key: ApiKey };

export function ApiKeysPage() {
  const path = useWorkspacePath();
  const { can } = useSession();
  const keys = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/workspaces/{workspace_id}/api-keys", { path, query: { cursor }, signal }),
      [path],
    ),
  );
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  const mayWrite = can("api_keys:write");
  const create = (
    <Button kind="primary" icon="plus" onClick={() => setOpened({ window: "create" })}>
      Create API key
    </Button>
  );
  const put = (changed: ApiKey) => keys.replace((all) => all.map((each) => (each.id === changed.id ? changed : each)));

  return (
    <Page
      title="API keys"
      description="What an application sends as its bearer token. Give each application its own: then it has its own costs, limits and end."
      actions={mayWrite && create}
    >
      <Card padding={0}>
        <LoadState of={keys}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No API keys yet" action={mayWrite && create}>
                With one, an application asks {window.location.origin}/v1 as it would ask OpenAI.
              </Empty>
            ) : (
              <ApiKeyTable
                rows={rows}
                mayWrite={mayWrite}
                onEdit={(key) => setOpened({ window: "edit", key })}
                onRotate={(key) => setOpened({ window: "rotate", key })}
                onRevoke={(key) => setOpened({ window: "revoke", key })}
              />
            )
          }
        </LoadState>
        <ShowMore of={keys} />
      </Card>
      {opened?.window === "create" && <ApiKeyDialog onClose={close} onCreated={keys.reload} />}
      {opened?.window === "edit" && <ApiKeyDialog apiKey={opened.key} onClose={close} onChanged={put} />}
      {opened?.window === "rotate" && <RotateDialog apiKey={opened.key} onClose={close} onRotated={keys.reload} />}
      {opened?.window === "revoke" && <RevokeDialog apiKey={opened.key} onClose={close} onRevoked={keys.reload} />}
    </Page>
  );
}
