import type { ReactNode } from "react";
import { Link } from "react-router";
import { useNow } from "../../api/hooks";
import { type Figures, requestsPath } from "../../api/usage";
import { Count, Money } from "../../components/Values";
import { formatCompact, formatDuration, formatShare } from "../../format/numbers";
import { formatMoment } from "../../format/time";
import { colour, radius, size, space, weight } from "../../theme";
import { type Change, changeOfShare, changeOfSum, changeOfValue, formatChange, shareOf } from "./change";
import type { Period } from "./period";

export interface Props {
  period: Period;
}

interface Tile {
  name: string;
  value: ReactNode;
  more?: ReactNode;
  change: Change;
  /** What a rise of it is; null: neither */
  rise: "bad" | null;
  to: string;
}

/** The figures of a time, each with its change; a click leads to the requests behind it. */
export function Tiles({ period }: Props) {
  const nowMs = useNow();
  const { beforeTime } = period;
  const against = `against ${formatMoment(beforeTime.since)} to ${formatMoment(beforeTime.until)}, per hour`;
  return (
    <ul
      aria-label="Figures"
      style={{
        listStyle: "none",
        display: "grid",
        gridTemplateColumns: "repeat(auto-fill, minmax(min(calc(50% - 6px), 230px), 1fr))",
        gap: space.m,
      }}
    >
      {tilesOf(period, nowMs).map((tile) => (
        <li key={tile.name} style={{ minWidth: 0 }}>
          <Link
            to={tile.to}
            className="hover-fill"
            style={{
              display: "grid",
              gap: 2,
              height: "100%",
              alignContent: "start",
              padding: `${space.m}px ${space.l}px`,
              border: `1px solid ${colour.line}`,
              borderRadius: radius.l,
              background: colour.surface,
              color: colour.text,
              textDecoration: "none",
            }}
          >
            <span style={{ color: colour.textMuted, fontSize: size.s }}>{tile.name}</span>
            <span style={{ fontSize: size.xl, fontWeight: weight.bold, letterSpacing: "-0.01em" }}>{tile.value}</span>
            <span style={{ color: colour.textMuted, fontSize: size.xs, minHeight: "1.5em" }}>
              {tile.more}
              {tile.more && tile.change && " · "}
              {tile.change && (
                <span title={against} style={tile.rise === "bad" && isWorse(tile.change) ? { color: colour.bad } : {}}>
                  {formatChange(tile.change)}
                </span>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function isWorse(change: NonNullable<Change>): boolean {
  return change.kind === "points" ? change.by >= 0.005 : change.by >= 0.1;
}

function tilesOf({ usage, before }: Period, nowMs: number): Tile[] {
  const now = usage.total;
  const time = { since: usage.since, until: usage.until };
  const sum = (value: (figures: Figures) => number) => changeOfSum(value(now), value(before), { ...time, nowMs });
  const share = (part: (figures: Figures) => number, whole: (figures: Figures) => number) => {
    const [shareNow, shareBefore] = [now, before].map((figures) => shareOf(part(figures), whole(figures)));
    return { value: shareNow ?? null, change: changeOfShare(shareNow ?? null, shareBefore ?? null) };
  };
  const requests = (figures: Figures) => figures.requests;
  const errors = share((figures) => figures.errors, requests);
  const fallbacks = share((figures) => figures.fallbacks, requests);
  const cached = share(
    (figures) => figures.cached_input_tokens,
    (figures) => figures.input_tokens,
  );
  const { latency, first_byte } = now;
  return [
    {
      name: "Requests",
      value: <Count of={now.requests} />,
      change: sum(requests),
      rise: null,
      to: requestsPath({}, time),
    },
    {
      name: "Cost",
      value: <Money nanousd={now.cost_nanousd} />,
      more: now.unpriced_requests > 0 ? `without ${formatCompact(now.unpriced_requests)} unpriced` : null,
      change: sum((figures) => figures.cost_nanousd),
      rise: null,
      to: `/app/usage?measure=cost&range=${rangeNameOf(usage)}`,
    },
    {
      name: "Tokens",
      value: <Count of={now.input_tokens + now.output_tokens} compact />,
      more: `${formatCompact(now.input_tokens)} in, ${formatCompact(now.output_tokens)} out`,
      change: sum((figures) => figures.input_tokens + figures.output_tokens),
      rise: null,
      to: `/app/usage?measure=tokens&range=${rangeNameOf(usage)}`,
    },
    {
      name: "Error rate",
      value: shown(errors.value, formatShare),
      more: `${formatCompact(now.errors)} failed`,
      change: errors.change,
      rise: "bad",
      to: requestsPath({ outcome: "failed" }, time),
    },
    {
      name: "Latency p50",
      value: shown(latency.p50_ms, formatDuration),
      more: first_byte.p50_ms === null ? null : `first byte ${formatDuration(first_byte.p50_ms)}`,
      change: changeOfValue(latency.p50_ms, before.latency.p50_ms),
      rise: "bad",
      to: requestsPath({}, time),
    },
    {
      name: "Latency p95",
      value: shown(latency.p95_ms, formatDuration),
      more: first_byte.p95_ms === null ? null : `first byte ${formatDuration(first_byte.p95_ms)}`,
      change: changeOfValue(latency.p95_ms, before.latency.p95_ms),
      rise: "bad",
      to: requestsPath(latency.p95_ms === null ? {} : { min_duration_ms: String(Math.floor(latency.p95_ms)) }, time),
    },
    {
      name: "Fallback rate",
      value: shown(fallbacks.value, formatShare),
      more: `${formatCompact(now.fallbacks)} requests`,
      change: fallbacks.change,
      rise: "bad",
      to: requestsPath({ fallback: "true" }, time),
    },
    {
      name: "Input from providers' caches",
      value: shown(cached.value, formatShare),
      more: `${formatCompact(now.cached_input_tokens)} tokens`,
      change: cached.change,
      rise: null,
      to: `/app/usage?measure=tokens&range=${rangeNameOf(usage)}`,
    },
  ];
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "–" : format(value);
}

function rangeNameOf({ since, until }: { since: string; until: string }): string {
  const hours = (Date.parse(until) - Date.parse(since)) / 3_600_000;
  return { 2: "1h", 24: "24h", 168: "7d" }[hours] ?? "30d";
}
