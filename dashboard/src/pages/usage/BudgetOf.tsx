import { formatShare } from "../../format/numbers";
import { monthOf, paceOf } from "../../format/pace";
import { formatStart } from "../../format/time";
import { colour, size, space, weight } from "../../theme";
import { BurnDown } from "./BurnDown";

export interface Props {
  name: string;
  /** As limits count it: it may be a little ahead of `soFar`. */
  used: number;
  limit: number;
  /** What had been used at the end of each day of the month so far. */
  soFar: readonly number[];
  /** When it was made */
  sinceMs?: number;
  nowMs: number;
  format(value: number): string;
}

export function BudgetOf({ name, used, limit, soFar, sinceMs, nowMs, format }: Props) {
  const { startMs, endMs } = monthOf(nowMs);
  const pace = paceOf(used, limit, nowMs, sinceMs);
  const sentence = sentenceOf(pace, limit, format);
  return (
    <div style={{ display: "grid", gap: space.s, minWidth: 0, alignContent: "start" }}>
      <div style={{ display: "flex", justifyContent: "space-between", gap: space.m, alignItems: "baseline" }}>
        <h3
          title={name}
          style={{
            fontSize: size.s,
            fontWeight: weight.medium,
            overflow: "hidden",
            textOverflow: "ellipsis",
            whiteSpace: "nowrap",
          }}
        >
          {name}
        </h3>
        <span style={{ whiteSpace: "nowrap", fontSize: size.s }}>
          {format(used)} <span style={{ color: colour.textMuted }}>of {format(limit)}</span>
        </span>
      </div>
      {limit > 0 && (
        <BurnDown
          title={`${name}: ${format(used)} of ${format(limit)} are used. ${sentence}`}
          soFar={soFar}
          daysOfMonth={(endMs - startMs) / 86_400_000}
          limit={limit}
          atEnd={pace.atEnd}
          start={new Date(startMs).toISOString()}
          format={format}
        />
      )}
      <p style={{ fontSize: size.s, color: pace.share >= 1 && limit > 0 ? colour.bad : colour.textMuted }}>
        {sentence}
      </p>
    </div>
  );
}

function sentenceOf(
  { share, atEnd, runsOutAtMs }: ReturnType<typeof paceOf>,
  limit: number,
  format: Props["format"],
): string {
  if (limit === 0) return "A budget of nothing: every request is refused.";
  if (share >= 1) return "Used up: requests are refused until the month ends.";
  const used = `${formatShare(share)} used.`;
  if (atEnd === null) return `${used} It is too early to tell where it ends.`;
  if (runsOutAtMs === null) return `${used} At this pace ${format(Math.round(atEnd))} at the month's end.`;
  return `${used} At this pace it is used up on ${formatStart(new Date(runsOutAtMs).toISOString(), "day")}.`;
}
