import { useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import { asApiError } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Empty, LoadState } from "../../components/LoadState";
import { Card, Page } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { colour, size, space } from "../../theme";
import { AddKeyDialog } from "./AddKeyDialog";
import { DeleteKeyDialog } from "./DeleteKeyDialog";
import { KeyDrawer } from "./KeyDrawer";
import { groupsOf, inOrder, nameOfKey, type ProviderKey, sortedByPriority } from "./order";
import { ProviderTable } from "./ProviderTable";
import { useKeyFigures, useProviderCatalog, useProviderKeys } from "./useProviderKeys";

export function ProvidersPage() {
  const { can } = useSession();
  const keys = useProviderKeys();
  const figures = useKeyFigures();
  const catalog = useProviderCatalog();
  const [parameters, setParameters] = useSearchParams();
  const [deleted, setDeleted] = useState<ProviderKey>();
  const saveOrder = useSavedOrder(keys);
  const toggle = useToggle((key) => put(key));
  const mayWrite = can("provider_keys:write");
  const openedId = parameters.get("key");
  const isAdding = parameters.get("add") === "1" && mayWrite;

  const open = (name: "key" | "add", value: string | null) =>
    setParameters(value === null ? {} : { [name]: value }, { replace: value === null });
  const put = (changed: ProviderKey) => {
    keys.replace((all) =>
      sortedByPriority(all.map((each) => (each.id === changed.id ? { ...each, ...changed } : each))),
    );
    figures.reload();
  };
  const add = (
    <Button kind="primary" icon="plus" onClick={() => open("add", "1")}>
      Add provider key
    </Button>
  );
  return (
    <Page
      title="Providers"
      description="The keys with which this workspace's requests are answered, the first to be asked first. A strategy may prefer another one; its ties are settled by this order."
      actions={mayWrite && add}
      maxWidth={1440}
    >
      <Card padding={0}>
        <LoadState of={keys} skeletonRows={6}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title="No provider keys yet" action={mayWrite && add}>
                With a key of a provider, or the address of a server of your own, its models can be asked here.
              </Empty>
            ) : (
              <>
                <ProviderTable
                  keys={rows}
                  mayWrite={mayWrite}
                  healthOf={figures.healthOf}
                  usageOf={figures.usageOf}
                  catalogModelsOf={(vendor) => catalog.data?.find((each) => each.name === vendor)?.models}
                  onOrder={saveOrder}
                  onToggle={toggle}
                  onDelete={setDeleted}
                />
                {mayWrite && <MovingHint keys={rows} />}
              </>
            )
          }
        </LoadState>
      </Card>
      {isAdding && (
        <AddKeyDialog
          onClose={() => open("add", null)}
          onAdded={(id) => {
            keys.reload();
            figures.reload();
            open("key", id);
          }}
        />
      )}
      {openedId !== null && (
        <KeyDrawer
          key={openedId}
          keyId={openedId}
          health={figures.healthOf(openedId)}
          onClose={() => open("key", null)}
          onChanged={put}
          onDelete={setDeleted}
        />
      )}
      {deleted && (
        <DeleteKeyDialog
          of={deleted}
          onClose={() => setDeleted(undefined)}
          onDeleted={() => {
            keys.replace((all) => all.filter((each) => each.id !== deleted.id));
            setDeleted(undefined);
            open("key", null);
          }}
        />
      )}
    </Page>
  );
}

function MovingHint({ keys }: { keys: readonly ProviderKey[] }) {
  if (keys.length < 2) return null;
  const hasEquals = groupsOf(keys).some((group) => group.keys.length > 1);
  return (
    <p style={{ padding: `${space.s}px ${space.l}px`, color: colour.textMuted, fontSize: size.s }}>
      Drag a key by its grip, or use Space and the arrows on it.{" "}
      {hasEquals
        ? "Moving one gives every key a place of its own, so that none are equals any more; to keep some equal, change a key's priority instead."
        : "To make keys equals, give them the same priority: open one, then Change."}
    </p>
  );
}

/** Shows an order at once, saves it, and puts the one before back where that fails. One after the other. */
function useSavedOrder(keys: ReturnType<typeof useProviderKeys>): (ids: string[]) => void {
  const path = useWorkspacePath();
  const tell = useTell();
  const queue = useRef<Promise<void>>(Promise.resolve());
  return (ids) => {
    const before = keys.data ?? [];
    keys.replace((all) => inOrder(all, ids));
    queue.current = queue.current.then(async () => {
      try {
        await api.put("/workspaces/{workspace_id}/providers/order", { path, body: { ids } });
        tell("The order is saved.");
      } catch (failure) {
        keys.replace(() => before);
        tell(`The order is as it was. ${asApiError(failure).message}`, "bad");
        // Somebody else may have added or deleted one.
        keys.reload();
      }
    });
  };
}

function useToggle(onChanged: (key: ProviderKey) => void): (key: ProviderKey) => void {
  const path = useWorkspacePath();
  const tell = useTell();
  return async (key) => {
    try {
      const { data } = await api.patch("/workspaces/{workspace_id}/providers/{provider_key_id}", {
        path: { ...path, provider_key_id: key.id },
        body: { enabled: !key.enabled },
      });
      onChanged(data);
      tell(`${nameOfKey(data)} is ${data.enabled ? "enabled" : "disabled"}.`);
    } catch (failure) {
      tell(asApiError(failure).message, "bad");
    }
  };
}
