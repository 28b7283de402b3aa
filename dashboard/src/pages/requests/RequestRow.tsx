import { type AriaAttributes, type CSSProperties, memo, type ReactNode } from "react";
import { OUTCOMES } from "../../components/decision/words";
import { Badge } from "../../components/Notice";
import { formatUsd, formatUsdExactly } from "../../format/money";
import { formatCompact, formatCount, formatDuration } from "../../format/numbers";
import { formatMoment, formatUtc } from "../../format/time";
import { colour, size, space, weight } from "../../theme";
import type { Log } from "./requestList";

export type Layout = "wide" | "medium" | "small" | "phone";

export interface Props {
  log: Log;
  keyName: string;
  layout: Layout;
  /** px from the top of the rows */
  top: number;
  /** Counted from 1, with the header. */
  place: number;
  active: boolean;
  opened: boolean;
}

type GridRole = "grid" | "rowgroup" | "row" | "columnheader" | "gridcell";

/** A part of a grid that is made of plain boxes: rows of a <table> can not be put where they are wanted. */
export function part(role: GridRole, aria: AriaAttributes = {}): AriaAttributes & { role: GridRole } {
  return { role, ...aria };
}

/** px: fixed, so that a row is never measured. */
export const ROW_HEIGHT: Record<Layout, number> = { wide: 36, medium: 36, small: 36, phone: 62 };

export interface ColumnOfRequests {
  title: string;
  width: string;
  numeric?: boolean;
}

const WIDE: readonly ColumnOfRequests[] = [
  { title: "Time", width: "122px" },
  { title: "API key", width: "minmax(88px, 0.5fr)" },
  { title: "Asked for → answered by", width: "minmax(190px, 1.5fr)" },
  { title: "Strategy", width: "64px" },
  { title: "Outcome", width: "102px" },
  { title: "Marks", width: "120px" },
  { title: "Tokens", width: "72px", numeric: true },
  { title: "Cost", width: "86px", numeric: true },
  { title: "First byte", width: "62px", numeric: true },
  { title: "Duration", width: "62px", numeric: true },
];
const without = (...titles: string[]) => WIDE.filter((column) => !titles.includes(column.title));
export const COLUMNS: Record<Layout, readonly ColumnOfRequests[]> = {
  wide: WIDE,
  medium: without("API key", "Strategy", "First byte"),
  small: without("API key", "Strategy", "First byte", "Marks", "Tokens"),
  phone: [{ title: "Request", width: "minmax(0, 1fr)" }],
};
export const templateOf = (layout: Layout): string => COLUMNS[layout].map((column) => column.width).join(" ");

/** One request. Cheap, since a few dozen of them are made while one scrolls: no hooks, no timers. */
export const RequestRow = memo(function RequestRow({ log, keyName, layout, top, place, active, opened }: Props) {
  return (
    <div
      {...part("row", { "aria-rowindex": place, "aria-selected": opened })}
      id={rowId(log.id)}
      data-testid="request-row"
      data-id={log.id}
      className="hover-fill"
      style={{
        position: "absolute",
        insetInline: 0,
        height: ROW_HEIGHT[layout],
        transform: `translateY(${top}px)`,
        display: "grid",
        gridTemplateColumns: templateOf(layout),
        alignItems: "center",
        columnGap: space.s,
        padding: `0 ${space.l}px`,
        borderBottom: `1px solid ${colour.line}`,
        background: opened ? colour.selected : "transparent",
        boxShadow: active ? `inset 3px 0 0 ${colour.accent}` : "none",
        fontSize: size.s,
        cursor: "pointer",
        contain: "strict",
      }}
    >
      {layout === "phone" ? (
        <PhoneCell log={log} keyName={keyName} />
      ) : (
        COLUMNS[layout].map((column) => CELLS[column.title]?.(log, keyName))
      )}
    </div>
  );
});

export function rowId(requestId: string): string {
  return `request-${requestId}`;
}

const line: CSSProperties = { minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" };
const muted: CSSProperties = { ...line, color: colour.textMuted };
const numeric: CSSProperties = { ...line, textAlign: "right" };

function cell(name: string, style: CSSProperties, content: ReactNode, title?: string) {
  return (
    <div key={name} {...part("gridcell")} style={style} title={title}>
      {content}
    </div>
  );
}

const CELLS: Record<string, (log: Log, keyName: string) => ReactNode> = {
  Time: (log) => cell("Time", muted, formatMoment(log.received_at), formatUtc(log.received_at)),
  "API key": (_, keyName) => cell("API key", line, keyName, keyName),
  "Asked for → answered by": (log) => cell("Route", line, <Route log={log} />, routeOf(log)),
  Strategy: (log) => cell("Strategy", muted, log.strategy ?? "", log.strategy_source ?? undefined),
  Outcome: (log) => cell("Outcome", line, <OutcomeOf log={log} />),
  Marks: (log) =>
    cell("Marks", { ...muted, fontSize: size.xs }, marksOf(log).join(", "), marksOf(log).join(", ") || undefined),
  Tokens: (log) => cell("Tokens", numeric, tokensOf(log), tokensTitle(log)),
  Cost: (log) => cell("Cost", numeric, ...costOf(log)),
  "First byte": (log) =>
    cell("First byte", numeric, log.first_byte_ms === null ? "–" : formatDuration(log.first_byte_ms)),
  Duration: (log) => cell("Duration", numeric, formatDuration(log.duration_ms)),
};

function Route({ log }: { log: Log }) {
  return (
    <>
      <span style={{ fontWeight: weight.medium }}>{log.requested_model || "no model"}</span>
      {log.model !== null && (
        <span style={{ color: colour.textMuted }}>
          {" → "}
          {answeredBy(log)}
        </span>
      )}
    </>
  );
}

/** The model is named where it is not called what was asked for. */
function answeredBy(log: Log): string {
  return log.model === log.requested_model ? (log.provider ?? "") : `${log.provider}/${log.model}`;
}

function routeOf(log: Log): string {
  return log.model === null ? log.requested_model : `${log.requested_model} → ${log.provider}/${log.model}`;
}

function OutcomeOf({ log }: { log: Log }) {
  const { tone, name } = OUTCOMES[log.outcome];
  return (
    <Badge tone={tone} title={log.error_code ?? name}>
      {log.status} {log.outcome === "succeeded" ? "" : name}
    </Badge>
  );
}

/** What was out of the ordinary. */
export function marksOf(log: Log): string[] {
  return [log.fallback_used && "fallback", log.substituted !== "none" && "substitute", log.partial && "cut"].filter(
    (mark) => mark !== false,
  );
}

function tokensOf(log: Log): string {
  if (log.input_tokens === null && log.output_tokens === null) return "–";
  return `${shortCount(log.input_tokens)} / ${shortCount(log.output_tokens)}`;
}

function tokensTitle(log: Log): string {
  const count = (tokens: number | null) => (tokens === null ? "not reported" : formatCount(tokens));
  return `${count(log.input_tokens)} in, ${count(log.output_tokens)} out`;
}

function shortCount(tokens: number | null): string {
  return tokens === null ? "?" : tokens < 10_000 ? formatCount(tokens) : formatCompact(tokens);
}

/** Nothing was asked of a provider: then there is no cost to know. */
function costOf(log: Log): [string, string?] {
  if (log.cost_nanousd !== null) return [formatUsd(log.cost_nanousd), formatUsdExactly(log.cost_nanousd)];
  return log.provider === null ? ["–"] : ["unpriced", "The price of this model is not known"];
}

function PhoneCell({ log, keyName }: { log: Log; keyName: string }) {
  const marks = marksOf(log);
  return (
    <div {...part("gridcell")} style={{ minWidth: 0, display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 2 }}>
      <div style={{ display: "flex", gap: space.s, alignItems: "center", justifyContent: "space-between" }}>
        <span style={line}>
          <Route log={log} />
        </span>
        <OutcomeOf log={log} />
      </div>
      <div style={{ display: "flex", gap: space.s, justifyContent: "space-between", fontSize: size.xs }}>
        <span style={muted}>
          {formatMoment(log.received_at)} · {keyName}
        </span>
        <span style={{ color: colour.textMuted, whiteSpace: "nowrap" }}>
          {marks.length > 0 && `${marks.join(", ")} · `}
          {costOf(log)[0]} · {formatDuration(log.duration_ms)}
        </span>
      </div>
    </div>
  );
}
