import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { type Loaded, useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card, Facts } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { formatCount, plural } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { AllowedProviders } from "./AllowedProviders";
import { A_COUNT, readCount, SettingsForm } from "./SettingsForm";
import { type Settings, useSave, useSettings } from "./useSettings";

export function WorkspaceTab() {
  const settings = useSettings();
  return (
    <div style={{ display: "grid", gap: space.l, maxWidth: 760, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <Name />
      <LoadState of={settings} skeletonRows={10}>
        {(data) => (
          <>
            <Quotas settings={settings} data={data} />
            <AllowedProviders settings={settings} data={data} />
            <Retention settings={settings} data={data} />
          </>
        )}
      </LoadState>
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        Strategy, substitution and aliases are on the <Link to="/app/routing">Routing</Link> page.
      </p>
    </div>
  );
}

export interface PartProps {
  settings: Loaded<Settings>;
  data: Settings;
}

function Name() {
  const path = useWorkspacePath();
  const { workspace, can, reload } = useSession();
  const tell = useTell();
  const [name, setName] = useState(workspace.name);
  const rename = useAction(async () => {
    await api.patch("/workspaces/{workspace_id}", { path, body: { name } });
    await reload();
    tell("The workspace is renamed.");
  });
  const facts = <Facts facts={[{ name: "Id", value: <code>{workspace.id}</code> }]} />;
  if (!can("workspace:write")) {
    return (
      <Card title="Name">
        <div style={{ display: "grid", gap: space.m }}>
          <p style={{ overflowWrap: "anywhere" }}>{workspace.name}</p>
          {facts}
        </div>
      </Card>
    );
  }
  return (
    <Card title="Name">
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void rename.run();
        }}
      >
        <TextField
          label="Name"
          required
          maxLength={100}
          value={name}
          error={rename.error?.field === "name" ? rename.error.message : undefined}
          onChange={setName}
        />
        {facts}
        {rename.error && rename.error.field !== "name" && <Notice kind="bad">{rename.error.message}</Notice>}
        <Button
          type="submit"
          kind="primary"
          busy={rename.busy}
          disabled={name === workspace.name}
          style={{ justifySelf: "start" }}
        >
          Rename
        </Button>
      </form>
    </Card>
  );
}

function Quotas({ settings, data }: PartProps) {
  const { can } = useSession();
  return (
    <Card
      title="Quotas"
      description="For a calendar month, UTC. Over it, requests of this workspace get a 429. The operators may set one too: the smaller counts."
    >
      <div style={{ display: "grid", gap: space.l }}>
        <Facts
          facts={[
            {
              name: "Requests",
              value: (
                <Used
                  of={data.used_requests_month}
                  own={data.own_quota_requests_month}
                  operators={data.quota_requests_month}
                />
              ),
            },
            {
              name: "Tokens",
              value: (
                <Used
                  of={data.used_tokens_month}
                  own={data.own_quota_tokens_month}
                  operators={data.quota_tokens_month}
                />
              ),
            },
          ]}
        />
        {can("workspace:write") && <QuotaForm settings={settings} data={data} />}
      </div>
    </Card>
  );
}

function Used({ of, own, operators }: { of: number; own: number | null; operators: number | null }) {
  const limits = [own, operators].filter((limit) => limit !== null);
  const limit = limits.length === 0 ? null : Math.min(...limits);
  return (
    <>
      {formatCount(of)} used this month
      {limit === null
        ? ", no quota"
        : ` of ${formatCount(limit)}${limit === operators ? " (the operators’ quota)" : ""}`}
    </>
  );
}

function QuotaForm({ settings, data }: PartProps) {
  const save = useSave(settings);
  const [requests, setRequests] = useState(data.own_quota_requests_month?.toString() ?? "");
  const [tokens, setTokens] = useState(data.own_quota_tokens_month?.toString() ?? "");
  const wanted = [readCount(requests), readCount(tokens)] as const;
  const isChanged = wanted[0] !== data.own_quota_requests_month || wanted[1] !== data.own_quota_tokens_month;
  const errorOf = (field: string, read: number | null | undefined) =>
    read === undefined ? A_COUNT : save.error?.field === field ? save.error.message : undefined;
  return (
    <SettingsForm
      save={save}
      fields={["own_quota_requests_month", "own_quota_tokens_month"]}
      disabled={!isChanged || wanted.includes(undefined)}
      onSubmit={() =>
        void save.run({ own_quota_requests_month: wanted[0] ?? null, own_quota_tokens_month: wanted[1] ?? null })
      }
    >
      <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "repeat(auto-fit, minmax(200px, 1fr))" }}>
        <TextField
          label="Requests a month"
          optional
          inputMode="numeric"
          value={requests}
          error={errorOf("own_quota_requests_month", wanted[0])}
          onChange={setRequests}
        />
        <TextField
          label="Tokens a month"
          optional
          inputMode="numeric"
          value={tokens}
          error={errorOf("own_quota_tokens_month", wanted[1])}
          onChange={setTokens}
        />
      </div>
    </SettingsForm>
  );
}

function Retention({ settings, data }: PartProps) {
  const { can } = useSession();
  const save = useSave(settings);
  const [days, setDays] = useState(data.retention_days?.toString() ?? "");
  const wanted = readCount(days);
  const title = "Retention";
  const description = "How long logs and usage are kept. Without a number: as long as the installation keeps them.";
  if (!can("workspace:write")) {
    return (
      <Card title={title} description={description}>
        {data.retention_days === null ? "As the installation says" : plural(data.retention_days, "day")}
      </Card>
    );
  }
  return (
    <Card title={title} description={description}>
      <SettingsForm
        save={save}
        fields={["retention_days"]}
        disabled={wanted === undefined || wanted === data.retention_days}
        onSubmit={() => void save.run({ retention_days: wanted ?? null })}
      >
        <TextField
          label="Days"
          optional
          hint="Fewer days: what is older is deleted within an hour, and nothing brings it back."
          inputMode="numeric"
          value={days}
          error={
            wanted === undefined ? A_COUNT : save.error?.field === "retention_days" ? save.error.message : undefined
          }
          onChange={setDays}
        />
      </SettingsForm>
    </Card>
  );
}
