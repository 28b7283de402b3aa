import { GROUP_NAMES, type GroupBy, groupName, OTHER, type Usage, valuesOf } from "../../api/usage";
import { withRest } from "../../components/charts/scale";
import { TimeChart } from "../../components/charts/TimeChart";
import { startsOf } from "../../components/range";
import { formatUsd } from "../../format/money";
import { formatCompact } from "../../format/numbers";
import { colour } from "../../theme";
import { MEASURES, type Measure } from "./query";
import { measured } from "./sums";

export interface Props {
  usage: Usage;
  by: GroupBy;
  measure: Measure;
  keyNames: ReadonlyMap<string, string> | null;
}

const MOST_SERIES = 6;

/** One measure over time, the largest groups stacked, the others as one. */
export function GroupChart({ usage, by, measure, keyNames }: Props) {
  const all = usage.groups.map((group) => ({
    name: groupName(by, group.group ?? "", keyNames),
    isOther: group.group === OTHER,
    values: valuesOf(usage, group.points, (point) => measured(point, measure), 0),
  }));
  const { named, rest } = withRest(all, MOST_SERIES, (each) => each.isOther);
  const label = MEASURES.find((each) => each.value === measure)?.label ?? measure;
  return (
    <TimeChart
      title={`${label} by ${usage.interval} and ${GROUP_NAMES[by]}`}
      kind="bars"
      whole
      height={240}
      starts={startsOf(usage)}
      interval={usage.interval}
      format={measure === "cost" ? formatUsd : formatCompact}
      series={[...named, ...(rest === null ? [] : [{ name: "Others", values: rest, colour: colour.series7 }])]}
    />
  );
}
