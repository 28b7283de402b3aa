import { useState } from "react";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { type Action, useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { Dialog } from "../../components/Dialog";
import { Checkbox, SelectField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { colour, size, space, weight } from "../../theme";

export interface Props {
  onClose(): void;
  onCreated(): void;
}

/** What machines can hold; what is for people only (members, tokens, deleting) is not among them. */
const GROUPS: { title: string; actions: [Action, string][] }[] = [
  {
    title: "Read",
    actions: [
      ["logs:read", "Logs, without contents"],
      ["usage:read", "Usage and costs"],
      ["api_keys:read", "API keys, masked"],
      ["provider_keys:read", "Provider keys, masked"],
      ["workspace:read", "Settings and aliases"],
      ["members:read", "Members and invitations"],
      ["access_tokens:read", "Access tokens, masked"],
      ["audit:read", "The audit log"],
      ["routing:explain", "Decisions, explained without a request"],
      ["logs:read_content", "Logged contents: what was asked and answered"],
    ],
  },
  {
    title: "Change",
    actions: [
      ["api_keys:write", "Make, change and revoke API keys"],
      ["provider_keys:write", "Add, change and delete provider keys"],
      ["workspace:write", "Change settings and aliases"],
    ],
  },
];

const LIFETIMES = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year, the most" },
] as const;
const DAY_MS = 86_400_000;
/** So that a year stays within the server's year while the request is on its way. */
const SPARE_MS = 3_600_000;

export function AccessTokenDialog({ onClose, onCreated }: Props) {
  const path = useWorkspacePath();
  const { can } = useSession();
  const [name, setName] = useState("");
  const [days, setDays] = useState<(typeof LIFETIMES)[number]["value"]>("90");
  const [actions, setActions] = useState<ReadonlySet<Action>>(new Set(["logs:read", "usage:read"]));
  const [token, setToken] = useState<string>();
  const create = useAction(async () => {
    const expires_at = new Date(Date.now() + Number(days) * DAY_MS - SPARE_MS).toISOString();
    const body = { name, actions: [...actions], expires_at };
    setToken((await api.post("/workspaces/{workspace_id}/access-tokens", { path, body })).data.token);
    onCreated();
  });
  const toggle = (action: Action, isChosen: boolean) => {
    const changed = new Set(actions);
    if (isChosen) changed.add(action);
    else changed.delete(action);
    setActions(changed);
  };
  if (token !== undefined) return <Created token={token} onClose={onClose} />;
  return (
    <Dialog title="Create access token" onClose={onClose} width={560}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void create.run();
        }}
      >
        <TextField
          label="Name"
          hint="The script or job that will use it."
          required
          autoFocus
          maxLength={100}
          value={name}
          error={create.error?.field === "name" ? create.error.message : undefined}
          onChange={setName}
        />
        {GROUPS.map((group) => (
          <fieldset key={group.title} style={{ display: "grid", gap: space.xs }}>
            <legend style={{ fontSize: size.s, fontWeight: weight.medium, padding: 0, marginBottom: space.xs }}>
              {group.title}
            </legend>
            {group.actions
              .filter(([action]) => can(action))
              .map(([action, what]) => (
                <Checkbox
                  key={action}
                  label={
                    <>
                      {what} <code style={{ color: colour.textMuted, fontSize: size.xs }}>{action}</code>
                    </>
                  }
                  checked={actions.has(action)}
                  onChange={(isChosen) => toggle(action, isChosen)}
                />
              ))}
          </fieldset>
        ))}
        <SelectField label="Ends after" value={days} choices={LIFETIMES} onChange={setDays} />
        {create.error && create.error.field !== "name" && <Notice kind="bad">{create.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.busy} disabled={actions.size === 0}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Created({ token, onClose }: { token: string; onClose(): void }) {
  return (
    <Dialog title="Your new access token" onClose={onClose}>
      <div style={{ display: "grid", gap: space.l }}>
        <Notice kind="warn">Copy it now: it is shown this once, and only its hash is kept.</Notice>
        <SecretOnce secret={token} what="token" />
        <Button onClick={onClose} style={{ justifySelf: "end" }}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
