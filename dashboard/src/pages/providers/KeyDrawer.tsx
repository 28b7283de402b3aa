import { type ReactNode, useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Checkbox } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Facts } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { Time } from "../../components/Values";
import { formatDuration, formatShare } from "../../format/numbers";
import { colour, size, space, weight } from "../../theme";
import { EditKeyDialog } from "./EditKeyDialog";
import { type KeyHealth, KeyState } from "./KeyState";
import { KeyTestResult } from "./KeyTestResult";
import { OfferedModels } from "./OfferedModels";
import { maskOf, nameOfKey, type ProviderKey } from "./order";
import { RotateKeyDialog } from "./RotateKeyDialog";
import { useProviderCatalog } from "./useProviderKeys";

type Detail = Schemas["ProviderKeyDetail"];

export interface Props {
  keyId: string;
  health: KeyHealth | undefined;
  onClose(): void;
  onChanged(key: ProviderKey): void;
  onDelete(key: ProviderKey): void;
}

/** One provider key: how it does, what it offers, and what can be done with it. */
export function KeyDrawer({ keyId, health, onClose, onChanged, onDelete }: Props) {
  const path = useWorkspacePath();
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (
          await api.get("/workspaces/{workspace_id}/providers/{provider_key_id}", {
            path: { ...path, provider_key_id: keyId },
            signal,
          })
        ).data,
      [path, keyId],
    ),
  );
  const changed = (key: ProviderKey) => {
    loaded.replace((before) => ({ ...before, ...key }));
    // Its models too, which such a reply leaves out.
    loaded.reload();
    onChanged(key);
  };
  const title = loaded.data === undefined ? "Provider key" : nameOfKey(loaded.data);
  return (
    <Dialog title={title} onClose={onClose} drawer width={680}>
      <LoadState of={loaded} skeletonRows={10}>
        {(key) => (
          <div style={{ display: "grid", gap: space.xl }}>
            <KeyActions of={key} onChanged={changed} onDelete={() => onDelete(key)} />
            <Facts facts={factsOf(key, health)} />
            <TestPart keyId={key.id} />
            <Part title="Models">
              {key.discovery_error && (
                <Notice kind="warn">The provider's list of models could not be read: {key.discovery_error}</Notice>
              )}
              <OfferedModels models={key.models} health={health} />
            </Part>
          </div>
        )}
      </LoadState>
    </Dialog>
  );
}

interface ActionsProps {
  of: Detail;
  onChanged(key: ProviderKey): void;
  onDelete(): void;
}

function KeyActions({ of: key, onChanged, onDelete }: ActionsProps) {
  const { can } = useSession();
  const path = useWorkspacePath();
  const tell = useTell();
  const catalog = useProviderCatalog();
  const [opened, setOpened] = useState<"edit" | "rotate">();
  const vendor = catalog.data?.find((each) => each.name === key.vendor);
  const toggle = useAction(async () => {
    const { data } = await api.patch("/workspaces/{workspace_id}/providers/{provider_key_id}", {
      path: { ...path, provider_key_id: key.id },
      body: { enabled: !key.enabled },
    });
    tell(`${nameOfKey(data)} is ${data.enabled ? "enabled" : "disabled"}.`);
    onChanged(data);
  });
  if (!can("provider_keys:write")) return null;
  return (
    <div style={{ display: "grid", gap: space.s }}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
        <Button small busy={toggle.busy} icon={key.enabled ? "pause" : "play"} onClick={() => void toggle.run()}>
          {key.enabled ? "Disable" : "Enable"}
        </Button>
        <Button small icon="edit" onClick={() => setOpened("edit")}>
          Change
        </Button>
        {vendor?.secret !== "none" && (
          <Button small icon="refresh" onClick={() => setOpened("rotate")}>
            Replace secret
          </Button>
        )}
        <Button small icon="trash" onClick={onDelete}>
          Delete
        </Button>
      </div>
      {toggle.error && <Notice kind="bad">{toggle.error.message}</Notice>}
      {opened === "edit" && (
        <EditKeyDialog of={key} vendor={vendor} onClose={() => setOpened(undefined)} onChanged={onChanged} />
      )}
      {opened === "rotate" && (
        <RotateKeyDialog of={key} vendor={vendor} onClose={() => setOpened(undefined)} onChanged={onChanged} />
      )}
    </div>
  );
}

/** A real call, on the record before it is made. */
function TestPart({ keyId }: { keyId: string }) {
  const { can } = useSession();
  const path = useWorkspacePath();
  const [byChat, setByChat] = useState(false);
  const [result, setResult] = useState<Schemas["KeyTest"]>();
  const test = useAction(
    async () =>
      (
        await api.post("/workspaces/{workspace_id}/providers/{provider_key_id}/test", {
          path: { ...path, provider_key_id: keyId },
          body: { by_chat: byChat },
        })
      ).data,
  );
  if (!can("provider_keys:write")) return null;
  return (
    <Part title="Test">
      <Checkbox
        label="By asking a model for one token"
        hint="Shows that it answers, not only that the key is accepted. Costs a fraction of a cent."
        checked={byChat}
        onChange={setByChat}
      />
      <div>
        <Button
          busy={test.busy}
          icon="play"
          onClick={async () => {
            setResult(undefined);
            setResult(await test.run());
          }}
        >
          Test this key
        </Button>
      </div>
      {result && <KeyTestResult result={result} />}
      {test.error && <Notice kind="bad">{test.error.message}</Notice>}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section style={{ display: "grid", gap: space.s }}>
      <h3 style={{ fontSize: size.m, fontWeight: weight.bold }}>{title}</h3>
      {children}
    </section>
  );
}

function factsOf(key: Detail, health: KeyHealth | undefined) {
  const muted = (text: string) => <span style={{ color: colour.textMuted }}>{text}</span>;
  return [
    { name: "State", value: <KeyState of={key} health={health} /> },
    { name: "Priority", value: `${key.priority} (lower is asked first)` },
    { name: "Secret", value: maskOf(key) },
    { name: "Called at", value: key.called_url === null ? muted("no address") : <code>{key.called_url}</code> },
    { name: "First byte", value: measured(health?.first_byte_ms, formatDuration) },
    { name: "Errors", value: measured(health?.error_rate, formatShare) },
    { name: "Speed", value: measured(health?.tokens_per_s, (rate) => `${Math.round(rate)} tokens/s`) },
    { name: "Added", value: <Time at={key.created_at} relative /> },
    { name: "Models read", value: <Time at={key.discovered_at} relative never="not from the provider's list" /> },
  ];
}

function measured(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? "not measured lately" : format(value);
}
