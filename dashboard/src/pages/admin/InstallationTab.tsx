import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, useLoaded } from "../../api/hooks";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { SelectField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Badge, Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Count } from "../../components/Values";
import { plural } from "../../format/numbers";
import { colour, font, size, space } from "../../theme";

export function InstallationTab() {
  return (
    <div style={{ display: "grid", gap: space.xl }}>
      <SignUpCard />
      <EncryptionCard />
    </div>
  );
}

const SIGN_UP_CHOICES = [
  { value: "", label: "What the settings say" },
  { value: "open", label: "Open: anybody who reaches it" },
  { value: "invite", label: "By invitation" },
  { value: "closed", label: "Closed" },
] as const;

function SignUpCard() {
  const policy = useLoaded(
    useCallback(async (signal: AbortSignal) => (await api.get("/admin/sign-up", { signal })).data, []),
  );
  const tell = useTell();
  const change = useAction(async (chosen: Schemas["SignUpPolicy"]["sign_up"] | "") => {
    const { data } = await api.put("/admin/sign-up", { body: { sign_up: chosen === "" ? null : chosen } });
    policy.replace(() => data);
    tell("Signing up is changed.");
  });
  return (
    <Card title="Signing up" description="Who can make an account and a workspace of their own.">
      <LoadState of={policy} skeletonRows={1}>
        {(data) => (
          <div style={{ display: "grid", gap: space.m, maxWidth: 420 }}>
            <SelectField
              label="Who may sign up"
              hint={
                data.chosen_by === "settings" ? `The settings say: ${data.sign_up}.` : "An operator chose this here."
              }
              value={data.chosen_by === "settings" ? "" : data.sign_up}
              choices={SIGN_UP_CHOICES}
              disabled={change.busy}
              onChange={(chosen) => void change.run(chosen)}
            />
            {change.error && <Notice kind="bad">{change.error.message}</Notice>}
          </div>
        )}
      </LoadState>
    </Card>
  );
}

const COLUMNS: Column<Schemas["KeyUse"]>[] = [
  {
    title: "Key",
    cell: (row) => (
      <div>
        <div>{row.name ?? "not known to this process"}</div>
        <code style={{ color: colour.textMuted, fontFamily: font.mono, fontSize: size.xs }}>{row.key_id}</code>
      </div>
    ),
  },
  { title: "Seals new ones", cell: (row) => (row.seals ? <Badge tone="good">yes</Badge> : "no") },
  { title: "Provider keys", numeric: true, cell: (row) => <Count of={row.provider_keys} /> },
  { title: "Contents", numeric: true, cell: (row) => <Count of={row.request_contents} /> },
];

function EncryptionCard() {
  const encryption = useLoaded(
    useCallback(async (signal: AbortSignal) => (await api.get("/admin/encryption", { signal })).data, []),
  );
  const tell = useTell();
  const [asking, setAsking] = useState(false);
  const rotate = useAction(async () => {
    const { data } = await api.post("/admin/encryption/rotate", {});
    encryption.replace(() => data);
    setAsking(false);
    tell(
      `${plural(data.provider_keys_sealed, "provider key")} and ${plural(data.request_contents_sealed, "content")} sealed anew` +
        (data.finished ? "." : "; rotate again to go on.") +
        (data.unopened > 0 ? ` ${plural(data.unopened, "row")} could not be opened and stay as they are.` : ""),
      data.unopened > 0 ? "bad" : "good",
    );
  });
  return (
    <Card
      title="Encryption"
      description="To change ENCRYPTION_KEY: set ENCRYPTION_KEY_NEXT, start again, rotate here, then let the new one take its place."
      actions={
        <Button icon="refresh" onClick={() => setAsking(true)}>
          Rotate
        </Button>
      }
      padding={0}
    >
      <LoadState of={encryption}>
        {(data) => (
          <>
            <Table
              caption="What is sealed with which key"
              columns={COLUMNS}
              rows={data.keys}
              rowKey={(row) => row.key_id}
            />
            {data.old_key_removable && (
              <div style={{ padding: space.l }}>
                <Notice kind="good">
                  Nothing needs ENCRYPTION_KEY any more: the value of ENCRYPTION_KEY_NEXT can take its place.
                </Notice>
              </div>
            )}
          </>
        )}
      </LoadState>
      {asking && (
        <ConfirmDialog
          title="Seal everything with the newest key?"
          confirm="Rotate"
          danger={false}
          busy={rotate.busy}
          error={rotate.error}
          onConfirm={() => void rotate.run()}
          onClose={() => setAsking(false)}
        >
          Provider keys and logged contents are sealed anew. Requests go on meanwhile.
        </ConfirmDialog>
      )}
    </Card>
  );
}
