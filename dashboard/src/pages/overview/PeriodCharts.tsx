import { type Figures, valuesOf } from "../../api/usage";
import { TimeChart } from "../../components/charts/TimeChart";
import { Card } from "../../components/Page";
import { startsOf } from "../../components/range";
import { formatCompact, formatDuration } from "../../format/numbers";
import { colour, space } from "../../theme";
import type { Period } from "./period";

export interface Props {
  period: Period;
}

export function PeriodCharts({ period }: Props) {
  const { usage, points } = period;
  const shared = { starts: startsOf(usage), interval: usage.interval };
  const counted = (value: (figures: Figures) => number) => valuesOf(usage, points, value, 0);
  const measured = (value: (figures: Figures) => number | null) => valuesOf(usage, points, value, null);
  return (
    <div style={twoColumns}>
      <Card title="Requests">
        <TimeChart
          {...shared}
          title={`Requests by ${usage.interval}`}
          kind="bars"
          whole
          format={formatCompact}
          series={[
            { name: "Answered", values: counted((each) => each.requests - each.errors) },
            { name: "Failed", values: counted((each) => each.errors), colour: colour.bad },
          ]}
        />
      </Card>
      <Card title="Latency">
        <TimeChart
          {...shared}
          title={`Latency of answered requests by ${usage.interval}`}
          kind="lines"
          format={(durationMs) => (durationMs === 0 ? "0" : formatDuration(durationMs))}
          series={[
            { name: "p50", values: measured((each) => each.latency.p50_ms) },
            { name: "p95", values: measured((each) => each.latency.p95_ms) },
          ]}
        />
      </Card>
    </div>
  );
}

export const twoColumns = {
  display: "grid",
  gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 420px), 1fr))",
  gap: space.l,
  minWidth: 0,
} as const;
