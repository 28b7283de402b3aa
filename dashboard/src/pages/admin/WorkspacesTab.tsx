import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, usePages } from "../../api/hooks";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog, Dialog } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { Empty, LoadState } from "../../components/LoadState";
import { Badge, Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Count, Money, Time } from "../../components/Values";
import { formatCount } from "../../format/numbers";
import { colour, size, space, weight } from "../../theme";
import { SearchField, useSearch } from "./SearchField";

type Workspace = Schemas["WorkspaceOverview"];

export function WorkspacesTab() {
  const [name, setName] = useSearch("name");
  const workspaces = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/admin/workspaces", { query: { cursor, name: name || undefined }, signal }),
      [name],
    ),
  );
  const [limited, setLimited] = useState<Workspace>();
  const [suspended, setSuspended] = useState<Workspace>();
  const put = (changed: Workspace) =>
    workspaces.replace((all) => all.map((each) => (each.id === changed.id ? changed : each)));
  const columns: Column<Workspace>[] = [
    {
      title: "Workspace",
      cell: (row) => (
        <div style={{ minWidth: "min(200px, 40vw)", overflowWrap: "anywhere" }}>
          <div style={{ fontWeight: weight.medium }}>{row.name}</div>
          <div style={{ color: colour.textMuted, fontSize: size.s }}>{row.owner_email}</div>
        </div>
      ),
    },
    {
      title: "State",
      cell: (row) => <Badge tone={row.status === "active" ? "good" : "warn"}>{row.status}</Badge>,
    },
    { title: "Members", numeric: true, notOnPhones: true, cell: (row) => <Count of={row.members} /> },
    { title: "Provider keys", numeric: true, notOnPhones: true, cell: (row) => <Count of={row.provider_keys} /> },
    { title: "API keys", numeric: true, notOnPhones: true, cell: (row) => <Count of={row.api_keys} /> },
    {
      title: "Requests this month",
      numeric: true,
      notOnPhones: true,
      cell: (row) => <Used of={row.month.requests} most={row.limits.quota_requests_month} />,
    },
    {
      title: "Tokens this month",
      numeric: true,
      notOnPhones: true,
      cell: (row) => <Used of={row.month.tokens} most={row.limits.quota_tokens_month} />,
    },
    {
      title: "Cost this month",
      numeric: true,
      notOnPhones: true,
      cell: (row) => <Money nanousd={row.month.cost_nanousd} />,
    },
    { title: "Made", notOnPhones: true, cell: (row) => <Time at={row.created_at} relative /> },
    {
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (row) => (
        <span style={{ display: "inline-flex" }}>
          <IconButton icon="edit" label={`Set the limits of ${row.name}`} onClick={() => setLimited(row)} />
          <IconButton
            icon={row.status === "active" ? "pause" : "play"}
            label={`${row.status === "active" ? "Suspend" : "Unsuspend"} ${row.name}`}
            onClick={() => setSuspended(row)}
          />
        </span>
      ),
    },
  ];
  return (
    <Card
      padding={0}
      title="Workspaces"
      actions={<SearchField label="Name begins with" value={name} onChange={setName} />}
    >
      <LoadState of={workspaces}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No workspace has a name like that" />
          ) : (
            <Table caption="Workspaces" columns={columns} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </LoadState>
      <ShowMore of={workspaces} />
      {limited && <LimitsDialog workspace={limited} onClose={() => setLimited(undefined)} onChanged={put} />}
      {suspended && <SuspendDialog workspace={suspended} onClose={() => setSuspended(undefined)} onChanged={put} />}
    </Card>
  );
}

function Used({ of, most }: { of: number; most: number | null }) {
  return (
    <span>
      <Count of={of} compact />
      {most !== null && <span style={{ color: colour.textMuted }}> of {formatCount(most)}</span>}
    </span>
  );
}

interface WindowProps {
  workspace: Workspace;
  onClose(): void;
  onChanged(workspace: Workspace): void;
}

function LimitsDialog({ workspace, onClose, onChanged }: WindowProps) {
  const tell = useTell();
  const [requests, setRequests] = useState(workspace.limits.quota_requests_month?.toString() ?? "");
  const [tokens, setTokens] = useState(workspace.limits.quota_tokens_month?.toString() ?? "");
  const [wrong, setWrong] = useState<"requests" | "tokens">();
  const save = useAction(async () => {
    const { data } = await api.patch("/admin/workspaces/{workspace_id}/limits", {
      path: { workspace_id: workspace.id },
      body: { quota_requests_month: countOf(requests), quota_tokens_month: countOf(tokens) },
    });
    onChanged(data);
    tell("Limits changed.");
    onClose();
  });
  const submit = () => {
    const mistaken = !isCount(requests) ? "requests" : !isCount(tokens) ? "tokens" : undefined;
    setWrong(mistaken);
    if (mistaken === undefined) void save.run();
  };
  return (
    <Dialog title={`Limits of ${workspace.name}`} onClose={onClose} width={440}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p style={{ color: colour.textMuted }}>
          What it may use in a calendar month (UTC) at most. Empty: no limit. Its own people can only set lower ones.
        </p>
        <TextField
          label="Requests a month"
          optional
          inputMode="numeric"
          value={requests}
          error={wrong === "requests" ? "A whole number, or nothing." : undefined}
          onChange={setRequests}
        />
        <TextField
          label="Tokens a month"
          optional
          inputMode="numeric"
          value={tokens}
          error={wrong === "tokens" ? "A whole number, or nothing." : undefined}
          onChange={setTokens}
        />
        {save.error && <Notice kind="bad">{save.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function SuspendDialog({ workspace, onClose, onChanged }: WindowProps) {
  const tell = useTell();
  const isActive = workspace.status === "active";
  const change = useAction(async () => {
    const path = { workspace_id: workspace.id };
    const { data } = isActive
      ? await api.post("/admin/workspaces/{workspace_id}/suspend", { path })
      : await api.post("/admin/workspaces/{workspace_id}/unsuspend", { path });
    onChanged(data);
    tell(isActive ? `${workspace.name} is suspended.` : `${workspace.name} works again.`);
    onClose();
  });
  return (
    <ConfirmDialog
      title={`${isActive ? "Suspend" : "Unsuspend"} ${workspace.name}?`}
      confirm={isActive ? "Suspend" : "Unsuspend"}
      danger={isActive}
      busy={change.busy}
      error={change.error}
      onConfirm={() => void change.run()}
      onClose={onClose}
    >
      {isActive
        ? "Its API keys are refused from now on, and its people can look but change nothing, until an operator lifts that."
        : "Its API keys are taken again."}
    </ConfirmDialog>
  );
}

function isCount(text: string): boolean {
  return /^\d{0,15}$/.test(text.replaceAll(",", "").trim());
}

function countOf(text: string): number | null {
  const digits = text.replaceAll(",", "").trim();
  return digits === "" ? null : Number(digits);
}
