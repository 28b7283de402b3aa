import { useCallback, useState } from "react";
import { ApiError, api, type Schemas } from "../../api/client";
import { useAction, usePages } from "../../api/hooks";
import { useSession } from "../../app/SessionContext";
import { Button, IconButton } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { ConfirmDialog, Dialog } from "../../components/Dialog";
import { Checkbox, TextField } from "../../components/Field";
import { Empty, LoadState } from "../../components/LoadState";
import { Badge, Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Time } from "../../components/Values";
import { colour, size, space, weight } from "../../theme";
import { SearchField, useSearch } from "./SearchField";

type User = Schemas["Account"];
type Change = "suspend" | "unsuspend" | "promote" | "demote" | "reset";
type Opened =
  | { window: "create" }
  | { window: "link"; link: Schemas["ResetLink"]; email: string }
  | { window: Change; user: User };

export function UsersTab() {
  const { user: me } = useSession();
  const [email, setEmail] = useSearch("email");
  const users = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        api.get("/admin/users", { query: { cursor, email: email || undefined }, signal }),
      [email],
    ),
  );
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  const columns: Column<User>[] = [
    {
      title: "User",
      cell: (row) => (
        <div style={{ minWidth: 140, overflowWrap: "anywhere" }}>
          <div style={{ fontWeight: weight.medium }}>{row.email}</div>
          {row.name && <div style={{ color: colour.textMuted, fontSize: size.s }}>{row.name}</div>}
        </div>
      ),
    },
    { title: "State", cell: (row) => <Badge tone={row.status === "active" ? "good" : "warn"}>{row.status}</Badge> },
    {
      title: "Operator",
      notOnPhones: true,
      cell: (row) => (row.is_operator ? <Badge tone="info">operator</Badge> : "no"),
    },
    { title: "Since", notOnPhones: true, cell: (row) => <Time at={row.created_at} relative /> },
    {
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (row) => (
        <span style={{ display: "inline-flex" }}>
          <IconButton
            icon="key"
            label={`Make a link for ${row.email} to set a password`}
            onClick={() => setOpened({ window: "reset", user: row })}
          />
          {row.id !== me.id && (
            <>
              <IconButton
                icon="admin"
                label={
                  row.is_operator ? `Take the operator's rights from ${row.email}` : `Make ${row.email} an operator`
                }
                onClick={() => setOpened({ window: row.is_operator ? "demote" : "promote", user: row })}
              />
              <IconButton
                icon={row.status === "active" ? "pause" : "play"}
                label={`${row.status === "active" ? "Suspend" : "Unsuspend"} ${row.email}`}
                onClick={() => setOpened({ window: row.status === "active" ? "suspend" : "unsuspend", user: row })}
              />
            </>
          )}
        </span>
      ),
    },
  ];
  return (
    <Card
      padding={0}
      title="Users"
      actions={
        <span style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
          <SearchField label="Email begins with" value={email} onChange={setEmail} />
          <Button kind="primary" icon="plus" onClick={() => setOpened({ window: "create" })}>
            Add user
          </Button>
        </span>
      }
    >
      <LoadState of={users}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="No user has an address like that" />
          ) : (
            <Table
              caption="Users"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              isFaded={(row) => row.status !== "active"}
            />
          )
        }
      </LoadState>
      <ShowMore of={users} />
      {opened?.window === "create" && (
        <CreateDialog
          onClose={close}
          onCreated={(user) => {
            users.reload();
            setOpened({ window: "link", link: user.reset_link, email: user.email });
          }}
        />
      )}
      {opened?.window === "link" && <LinkDialog link={opened.link} email={opened.email} onClose={close} />}
      {opened !== undefined && "user" in opened && (
        <ChangeDialog
          change={opened.window}
          user={opened.user}
          onClose={close}
          onLink={(link) => setOpened({ window: "link", link, email: opened.user.email })}
          onChanged={(changed) => users.replace((all) => all.map((each) => (each.id === changed.id ? changed : each)))}
        />
      )}
    </Card>
  );
}

interface CreateProps {
  onClose(): void;
  onCreated(user: Schemas["NewAccount"]): void;
}

function CreateDialog({ onClose, onCreated }: CreateProps) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [isOperator, setOperator] = useState(false);
  const create = useAction(async () => {
    const { data } = await api.post("/admin/users", { body: { email, name: name || null, is_operator: isOperator } });
    onCreated(data);
  });
  const errorAt = (field: string) => (create.error?.field === field ? create.error.message : undefined);
  return (
    <Dialog title="Add user" onClose={onClose} width={440}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void create.run();
        }}
      >
        <TextField
          label="Email"
          type="email"
          required
          value={email}
          error={errorAt("email")}
          autoFocus
          onChange={setEmail}
        />
        <TextField label="Name" optional value={name} error={errorAt("name")} onChange={setName} />
        <Checkbox
          label="Operator"
          hint="Runs the installation: users, workspaces, limits, keys of encryption."
          checked={isOperator}
          onChange={setOperator}
        />
        {create.error && create.error.field !== "email" && create.error.field !== "name" && (
          <Notice kind="bad">{create.error.message}</Notice>
        )}
        <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={create.busy}>
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface LinkProps {
  link: Schemas["ResetLink"];
  email: string;
  onClose(): void;
}

function LinkDialog({ link, email, onClose }: LinkProps) {
  const whole = link.link.startsWith("/") ? window.location.origin + link.link : link.link;
  return (
    <Dialog title="A link to set a password" onClose={onClose}>
      <div style={{ display: "grid", gap: space.l }}>
        <Notice kind="warn">Give it to {email} yourself. It works once, and is shown this once.</Notice>
        <SecretOnce secret={whole} what="link" />
        <p style={{ color: colour.textMuted }}>
          It ends <Time at={link.expires_at} relative />.
        </p>
        {link.link.startsWith("/") && (
          <p style={{ color: colour.textMuted }}>
            It begins with the address that you use yourself: PERPETUO_PUBLIC_URL does not say where others reach this
            installation.
          </p>
        )}
        <Button onClick={onClose} style={{ justifySelf: "end" }}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}

const CHANGES: Record<Change, { title(email: string): string; verb: string; says: string; danger: boolean }> = {
  suspend: {
    title: (email) => `Suspend ${email}?`,
    verb: "Suspend",
    says: "Their sessions and access tokens end at once. API keys of their workspaces go on.",
    danger: true,
  },
  unsuspend: {
    title: (email) => `Unsuspend ${email}?`,
    verb: "Unsuspend",
    says: "They can log in again.",
    danger: false,
  },
  promote: {
    title: (email) => `Make ${email} an operator?`,
    verb: "Make operator",
    says: "They will run the installation as you do.",
    danger: true,
  },
  demote: {
    title: (email) => `Take the operator's rights from ${email}?`,
    verb: "Take them",
    says: "They keep what their roles in workspaces allow.",
    danger: true,
  },
  reset: {
    title: (email) => `A link for ${email} to set a password?`,
    verb: "Make the link",
    says: "Whoever has the link can set the password, once. Earlier links of theirs stop working.",
    danger: false,
  },
};

interface ChangeProps {
  change: Change;
  user: User;
  onClose(): void;
  onChanged(user: User): void;
  onLink(link: Schemas["ResetLink"]): void;
}

function ChangeDialog({ change, user, onClose, onChanged, onLink }: ChangeProps) {
  const tell = useTell();
  const said = CHANGES[change];
  const act = useAction(async () => {
    const path = { user_id: user.id };
    if (change === "reset") {
      onLink((await api.post("/admin/users/{user_id}/reset-link", { path })).data);
      return;
    }
    const { data } = await {
      suspend: () => api.post("/admin/users/{user_id}/suspend", { path }),
      unsuspend: () => api.post("/admin/users/{user_id}/unsuspend", { path }),
      promote: () => api.put("/admin/users/{user_id}/operator", { path }),
      demote: () => api.delete("/admin/users/{user_id}/operator", { path }),
    }[change]();
    onChanged(data);
    tell("User changed.");
    onClose();
  });
  return (
    <ConfirmDialog
      title={said.title(user.email)}
      confirm={said.verb}
      danger={said.danger}
      busy={act.busy}
      error={act.error instanceof ApiError ? act.error : undefined}
      onConfirm={() => void act.run()}
      onClose={onClose}
    >
      {said.says}
    </ConfirmDialog>
  );
}
