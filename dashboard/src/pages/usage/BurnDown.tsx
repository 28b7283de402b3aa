import { TableEquivalent } from "../../components/charts/TableEquivalent";
import { formatStart } from "../../format/time";
import { colour, size } from "../../theme";

export interface Props {
  /** What it shows, as a sentence with its numbers. */
  title: string;
  /** What had been used at the end of each day of the month so far. */
  soFar: readonly number[];
  daysOfMonth: number;
  limit: number;
  /** null: it can not be told yet */
  atEnd: number | null;
  /** Of the month, ISO 8601 */
  start: string;
  format(value: number): string;
}

const WIDTH = 320;
const HEIGHT = 96;
const TOP = 8;
const DAY_MS = 86_400_000;

/** The month so far against its limit, and where it goes at this pace. */
export function BurnDown({ title, soFar, daysOfMonth, limit, atEnd, start, format }: Props) {
  const used = soFar.at(-1) ?? 0;
  const most = Math.max(1, limit, used, Math.min(atEnd ?? 0, limit * 1.5)) * 1.05;
  const x = (day: number) => (WIDTH * day) / daysOfMonth;
  const y = (value: number) => TOP + (HEIGHT - TOP) * (1 - Math.min(value, most) / most);
  const path = soFar.map((value, day) => `L${x(day + 1).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const overAt = atEnd !== null && atEnd > most ? (most - used) / (atEnd - used) : 1;
  const endX = x(soFar.length) + (WIDTH - x(soFar.length)) * overAt;
  return (
    <figure style={{ display: "grid", gap: 4, minWidth: 0, fontSize: size.xs }}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={title}
        preserveAspectRatio="none"
        style={{ width: "100%", height: HEIGHT, display: "block", overflow: "visible" }}
      >
        <path d={`M0 ${y(0)}${path}L${x(soFar.length).toFixed(1)} ${y(0)}Z`} fill={colour.series1} opacity={0.15} />
        <line x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} stroke={colour.line} vectorEffect="non-scaling-stroke" />
        <line x1={0} x2={WIDTH} y1={y(limit)} y2={y(limit)} stroke={colour.bad} vectorEffect="non-scaling-stroke" />
        <path
          d={`M0 ${y(0)}${path}`}
          fill="none"
          stroke={colour.series1}
          strokeWidth={1.8}
          vectorEffect="non-scaling-stroke"
        />
        {atEnd !== null && (
          <line
            x1={x(soFar.length)}
            y1={y(used)}
            x2={endX}
            y2={y(Math.min(atEnd, most))}
            stroke={colour.series1}
            strokeDasharray="4 4"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <TableEquivalent
        title={title}
        head={["Until the end of", "Used"]}
        rows={soFar.map((value, day) => [
          formatStart(new Date(Date.parse(start) + day * DAY_MS).toISOString(), "day"),
          format(value),
        ])}
      />
    </figure>
  );
}
