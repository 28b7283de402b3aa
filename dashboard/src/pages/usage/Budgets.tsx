import { useCallback, useEffect, useRef } from "react";
import { Link, useLocation } from "react-router";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { type Group, quotasOf, type Usage, valuesOf } from "../../api/usage";
import { useWorkspacePath } from "../../app/SessionContext";
import { LoadState } from "../../components/LoadState";
import { Card } from "../../components/Page";
import { Money } from "../../components/Values";
import { formatUsd } from "../../format/money";
import { formatCount } from "../../format/numbers";
import { monthOf } from "../../format/pace";
import { formatStart } from "../../format/time";
import { colour, size, space } from "../../theme";
import { BudgetOf } from "./BudgetOf";
import { monthQuery } from "./query";
import { cumulated } from "./sums";

export interface Props {
  apiKeys: readonly Schemas["ApiKey"][];
  nowMs: number;
}

/** What this month may still cost: the workspace's quotas and the API keys' budgets, each against its line so far. */
export function Budgets({ apiKeys, nowMs }: Props) {
  const path = useWorkspacePath();
  const { startMs, endMs } = monthOf(nowMs);
  const today = Math.floor(nowMs / 86_400_000);
  const month = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const query = monthQuery({ startMs }, today * 86_400_000);
        const [usage, settings] = await Promise.all([
          api.get("/workspaces/{workspace_id}/usage", { path, query, signal }),
          api.get("/workspaces/{workspace_id}/settings", { path, signal }),
        ]);
        return { usage: usage.data, settings: settings.data };
      },
      [path, startMs, today],
    ),
  );
  const { hash } = useLocation();
  const frame = useRef<HTMLDivElement>(null);
  const isLoaded = month.data !== undefined;
  useEffect(() => {
    // What is above has its height by then, or the browser would have scrolled to nothing.
    if (isLoaded && hash === "#budgets") frame.current?.scrollIntoView({ block: "center" });
  }, [isLoaded, hash]);
  return (
    <Card
      title="Budgets of this month"
      description={`They begin anew on ${formatStart(new Date(endMs).toISOString(), "day")}.`}
    >
      <div id="budgets" ref={frame}>
        <LoadState of={month} skeletonRows={6}>
          {({ usage, settings }) => <Month {...{ usage, settings, apiKeys, nowMs }} />}
        </LoadState>
      </div>
    </Card>
  );
}

interface MonthProps extends Props {
  usage: Usage;
  settings: Schemas["Settings"];
}

function Month({ usage, settings, apiKeys, nowMs }: MonthProps) {
  const active = apiKeys.filter((key) => key.status === "active");
  const limited = active.filter((key) => key.budget_nanousd_month !== null);
  const free = active.filter((key) => key.budget_nanousd_month === null);
  const quotas = lineOfQuotas(settings, usage);
  return (
    <div style={{ display: "grid", gap: space.xl }}>
      {limited.length + quotas.length === 0 && (
        <p style={{ color: colour.textMuted }}>
          Nothing is limited by the month. A budget is given to an <Link to="/app/api-keys">API key</Link>.
        </p>
      )}
      <div
        style={{
          display: "grid",
          gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 300px), 1fr))",
          gap: space.xl,
        }}
      >
        {quotas.map((quota) => (
          <BudgetOf key={quota.name} {...quota} nowMs={nowMs} format={formatCount} />
        ))}
        {limited.map((key) => (
          <BudgetOf
            key={key.id}
            name={key.name}
            used={key.spent_nanousd_month}
            limit={key.budget_nanousd_month ?? 0}
            soFar={cumulated(costsOf(usage, key.id))}
            sinceMs={Date.parse(key.created_at)}
            nowMs={nowMs}
            format={formatUsd}
          />
        ))}
      </div>
      {free.length > 0 && <WithoutBudget keys={free} />}
    </div>
  );
}

function costsOf(usage: Usage, keyId: string): number[] {
  const points = usage.groups.find((group) => group.group === keyId)?.points ?? [];
  return valuesOf(usage, points, (point) => point.cost_nanousd, 0);
}

function lineOfQuotas(settings: Schemas["Settings"], usage: Usage) {
  const daily = (value: (point: Group["points"][number]) => number) => {
    const sums = usage.groups.map((group) => valuesOf(usage, group.points, value, 0));
    return cumulated((sums[0] ?? []).map((_, day) => sums.reduce((sum, each) => sum + (each[day] ?? 0), 0)));
  };
  const { requests, tokens } = quotasOf(settings);
  return [
    ...(requests === null
      ? []
      : [
          {
            name: "Requests of the workspace",
            used: settings.used_requests_month,
            limit: requests,
            soFar: daily((point) => point.requests),
          },
        ]),
    ...(tokens === null
      ? []
      : [
          {
            name: "Tokens of the workspace",
            used: settings.used_tokens_month,
            limit: tokens,
            soFar: daily((point) => point.input_tokens + point.output_tokens),
          },
        ]),
  ];
}

function WithoutBudget({ keys }: { keys: readonly Schemas["ApiKey"][] }) {
  return (
    <div style={{ fontSize: size.s }}>
      <h3 style={{ fontSize: size.s, color: colour.textMuted, marginBottom: space.s }}>API keys without a budget</h3>
      <ul style={{ listStyle: "none", display: "flex", flexWrap: "wrap", gap: `${space.xs}px ${space.xl}px` }}>
        {keys.map((key) => (
          <li key={key.id} style={{ display: "flex", gap: space.s, minWidth: 0, maxWidth: "100%" }}>
            <span
              title={key.name}
              style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", maxWidth: 240 }}
            >
              {key.name}
            </span>
            <span style={{ color: colour.textMuted }}>
              <Money nanousd={key.spent_nanousd_month} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
