import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { api, type Schemas } from "../../api/client";
import { useLoaded, useNow } from "../../api/hooks";
import { allApiKeys, type GroupBy, requestsPath, type Usage } from "../../api/usage";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Segmented } from "../../components/Field";
import { LinkButton } from "../../components/LinkButton";
import { Empty, LoadState } from "../../components/LoadState";
import { Card, Page } from "../../components/Page";
import { RangePicker, useRange } from "../../components/RangePicker";
import { formatStart } from "../../format/time";
import { colour, size, space } from "../../theme";
import { Budgets } from "./Budgets";
import { saveText, usageCsv } from "./csv";
import { FilterBar } from "./FilterBar";
import { GroupChart } from "./GroupChart";
import { GroupTable } from "./GroupTable";
import { type FilterName, filtersOf, GROUPS, MEASURES, queryOf, readShown, type Shown } from "./query";
import { addUp } from "./sums";

const INTERVALS = [
  { value: "hour", label: "By hour" },
  { value: "day", label: "By day" },
] as const;
const ALL_FILTERS: FilterName[] = ["provider", "model", "alias", "api_key_id", "tag"];

export function UsagePage() {
  const path = useWorkspacePath();
  const nowMs = useNow();
  const [range, setRange] = useRange("7d");
  const [parameters, setParameters] = useSearchParams();
  const shown = useMemo(() => readShown(parameters, range), [parameters, range]);
  // As text, so that another measure, which the same figures have, asks for nothing.
  const asked = JSON.stringify(queryOf(shown, range));
  const usage = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/usage", { path, query: JSON.parse(asked), signal })).data,
      [path, asked],
    ),
  );
  const keys = useLoaded(useCallback((signal: AbortSignal) => allApiKeys(path, signal), [path]));
  const keyNames = useMemo(
    () => (keys.data === undefined ? null : new Map(keys.data.map((key) => [key.id, key.name]))),
    [keys.data],
  );
  const put = (changed: Record<string, string>) =>
    setParameters(
      (before) => {
        for (const [name, value] of Object.entries(changed)) {
          if (value.trim() === "") before.delete(name);
          else before.set(name, value.trim());
        }
        return before;
      },
      { replace: true },
    );

  return (
    <Page
      title="Usage"
      description="What was asked, by whom and at what cost; and how this month's budgets stand."
      actions={<RangePicker value={range.name} onChange={setRange} />}
    >
      <Choices shown={shown} canChooseInterval={range.interval === "day"} apiKeys={keys.data ?? []} onChange={put} />
      <Card style={{ minHeight: 340 }}>
        <LoadState of={usage} skeletonRows={9}>
          {(loaded) =>
            loaded.total.requests === 0 ? (
              <Empty title="No usage in this time">
                Requests that a provider was asked for are counted here, a few seconds after they ended.
              </Empty>
            ) : (
              <GroupChart usage={loaded} by={shown.by} measure={shown.measure} keyNames={keyNames} />
            )
          }
        </LoadState>
      </Card>
      {usage.data !== undefined && usage.data.total.requests > 0 && (
        <Figures usage={usage.data} shown={shown} keyNames={keyNames} />
      )}
      <LoadState of={keys} skeletonRows={6}>
        {(apiKeys) => <Budgets apiKeys={apiKeys} nowMs={nowMs} />}
      </LoadState>
    </Page>
  );
}

interface ChoicesProps {
  shown: Shown;
  canChooseInterval: boolean;
  apiKeys: readonly Schemas["ApiKey"][];
  onChange(changed: Record<string, string>): void;
}

function Choices({ shown, canChooseInterval, apiKeys, onChange }: ChoicesProps) {
  return (
    <div style={{ display: "grid", gap: space.m }}>
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.m }}>
        <Segmented label="Group by" value={shown.by} choices={GROUPS} onChange={(by: GroupBy) => onChange({ by })} />
        <Segmented
          label="Measure"
          value={shown.measure}
          choices={MEASURES}
          onChange={(measure) => onChange({ measure })}
        />
        {canChooseInterval && (
          <Segmented
            label="Interval"
            value={shown.interval}
            choices={INTERVALS}
            onChange={(interval) => onChange({ interval })}
          />
        )}
      </div>
      <FilterBar
        by={shown.by}
        filters={shown.filters}
        apiKeys={apiKeys}
        onChange={(filters) => onChange(Object.fromEntries(ALL_FILTERS.map((name) => [name, filters[name] ?? ""])))}
      />
    </div>
  );
}

interface FiguresProps {
  usage: Usage;
  shown: Shown;
  keyNames: ReadonlyMap<string, string> | null;
}

function Figures({ usage, shown, keyNames }: FiguresProps) {
  const { by, filters } = shown;
  const applied = Object.fromEntries(filtersOf(by).flatMap((name) => (filters[name] ? [[name, filters[name]]] : [])));
  const save = () => saveText(`usage-by-${by}.csv`, "text/csv;charset=utf-8", usageCsv(usage, by, keyNames));
  return (
    <Card
      title="Figures"
      description={`Since ${formatStart(usage.since, usage.interval)}`}
      padding={0}
      actions={
        <div style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
          <LinkButton small kind="ghost" to={requestsPath(applied, usage)}>
            Requests
          </LinkButton>
          <Button small icon="download" onClick={save} disabled={by === "api_key" && keyNames === null}>
            CSV
          </Button>
        </div>
      }
    >
      <GroupTable usage={usage} by={by} keyNames={keyNames} />
      {!addUp(usage.groups, usage.total) && (
        <p style={{ color: colour.textMuted, fontSize: size.s, padding: `0 ${space.l}px ${space.m}px` }}>
          {by === "tag"
            ? "A request can have several tags, and most have none: these groups do not make up the total."
            : "Not every request is in one of these groups: they do not make up the total."}
        </p>
      )}
    </Card>
  );
}
