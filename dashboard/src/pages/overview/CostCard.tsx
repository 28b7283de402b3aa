import { useCallback } from "react";
import { useSearchParams } from "react-router";
import { api } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { type Group, type GroupBy, groupName, OTHER, requestsOfGroup, type Usage, valuesOf } from "../../api/usage";
import { useWorkspacePath } from "../../app/SessionContext";
import { BarList } from "../../components/charts/BarList";
import { withRest } from "../../components/charts/scale";
import { TimeChart } from "../../components/charts/TimeChart";
import { Segmented } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Card } from "../../components/Page";
import { type Range, startsOf } from "../../components/range";
import { Money } from "../../components/Values";
import { formatUsd } from "../../format/money";
import { colour, space } from "../../theme";
import { twoColumns } from "./PeriodCharts";

export interface Props {
  range: Range;
  everyMs: number;
  keyNames: ReadonlyMap<string, string> | null;
}

type By = Extract<GroupBy, "provider" | "model" | "alias" | "api_key">;

const CHOICES = [
  { value: "provider", label: "Provider" },
  { value: "model", label: "Model" },
  { value: "alias", label: "Alias" },
  { value: "api_key", label: "API key" },
] as const;
const MOST_SERIES = 6;
const MOST_ROWS = 8;

/** What was spent, over time and by whom: one grouping for both, so that they tell the same story. */
export function CostCard({ range, everyMs, keyNames }: Props) {
  const path = useWorkspacePath();
  const [parameters, setParameters] = useSearchParams();
  const by: By = CHOICES.find((choice) => choice.value === parameters.get("by"))?.value ?? "provider";
  const usage = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const { since, until, interval } = range;
        const query = { since, until, interval, group_by: by, groups: MOST_ROWS };
        return (await api.get("/workspaces/{workspace_id}/usage", { path, query, signal })).data;
      },
      [path, range, by],
    ),
    everyMs,
  );
  const choose = (chosen: By) =>
    setParameters(
      (before) => {
        before.set("by", chosen);
        return before;
      },
      { replace: true },
    );
  return (
    <Card
      title="Cost"
      actions={<Segmented label="Cost by" value={by} choices={CHOICES} onChange={choose} />}
      style={{ minHeight: 330 }}
    >
      <LoadState of={usage} skeletonRows={7}>
        {(loaded) => <Costs usage={loaded} by={by} keyNames={keyNames} />}
      </LoadState>
    </Card>
  );
}

interface CostsProps {
  usage: Usage;
  by: By;
  keyNames: ReadonlyMap<string, string> | null;
}

function Costs({ usage, by, keyNames }: CostsProps) {
  if (usage.total.requests === 0) return <p style={{ color: colour.textMuted }}>No requests in this time.</p>;
  const nameOf = (group: Group) => groupName(by, group.group ?? "", keyNames);
  const all = usage.groups.map((group) => ({
    name: nameOf(group),
    isOther: group.group === OTHER,
    values: valuesOf(usage, group.points, (point) => point.cost_nanousd, 0),
  }));
  const { named, rest } = withRest(all, MOST_SERIES, (each) => each.isOther);
  return (
    <div style={{ ...twoColumns, gap: space.xl }}>
      <TimeChart
        title={`Cost by ${usage.interval} and ${labelOf(by)}`}
        kind="bars"
        whole
        starts={startsOf(usage)}
        interval={usage.interval}
        format={formatUsd}
        series={[...named, ...(rest === null ? [] : [{ name: "Others", values: rest, colour: colour.series7 }])]}
      />
      <BarList
        title={`Cost by ${labelOf(by)}`}
        rows={usage.groups.map((group) => ({
          name: nameOf(group),
          value: group.total.cost_nanousd,
          text: <Money nanousd={group.total.cost_nanousd} />,
          to: requestsOfGroup(by, group.group ?? "", usage),
        }))}
      />
    </div>
  );
}

function labelOf(by: By): string {
  return (
    CHOICES.find((choice) => choice.value === by)?.label.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()) ??
    by
  );
}
