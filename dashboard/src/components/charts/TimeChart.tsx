import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { formatStart, formatTick, formatUtc } from "../../format/time";
import { colour, radius, series as seriesColours, size, space } from "../../theme";
import { labelledIndexes, labelRoomPx, niceTicks } from "./scale";
import { TableEquivalent } from "./TableEquivalent";

export interface Series {
  name: string;
  /** One per start, null where there was nothing to measure. */
  values: readonly (number | null)[];
  /** Instead of the next one of the series' colours */
  colour?: string;
}

export interface Props {
  /** What is shown, as a sentence: the name of the picture and of its table. */
  title: string;
  kind: "bars" | "lines";
  /** Starts of the intervals, ISO 8601 */
  starts: readonly string[];
  interval: "hour" | "day";
  series: readonly Series[];
  format(value: number): string;
  /** What is counted, not measured: no halves on the axis. */
  whole?: boolean;
  /** px */
  height?: number;
}

const RIGHT_PX = 8;
const TIP_PX = 260;
const BOTTOM_PX = 22;
const TOP_PX = 8;

/**
 * Values over time, as stacked bars or as lines. Point at it, or move along it with the arrow keys, to read one interval;
 * the same numbers are in the table below it.
 */
export function TimeChart(props: Props) {
  const { title, kind, starts, interval, series, format, whole, height = 200 } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [pointed, setPointed] = useState<number | null>(null);
  const hintId = useId();

  const totals = starts.map((_, index) =>
    kind === "bars"
      ? series.reduce((sum, each) => sum + (each.values[index] ?? 0), 0)
      : Math.max(0, ...series.map((each) => each.values[index] ?? 0)),
  );
  const ticks = niceTicks(Math.max(0, ...totals), whole ? 1 : 0);
  const top = ticks.at(-1) || 1;
  const left = labelRoomPx(ticks.map(format));
  const plotWidth = Math.max(1, width - left - RIGHT_PX);
  const plotHeight = height - TOP_PX - BOTTOM_PX;
  const step = plotWidth / Math.max(1, starts.length);
  const y = (value: number) => TOP_PX + plotHeight * (1 - value / top);
  const x = (index: number) => left + step * (index + 0.5);

  const point = (event: PointerEvent) => {
    const place = event.nativeEvent.offsetX - left;
    setPointed(place < 0 || starts.length === 0 ? null : Math.min(starts.length - 1, Math.floor(place / step)));
  };
  const move = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    setPointed((before) =>
      Math.max(0, Math.min(starts.length - 1, before === null ? (by > 0 ? 0 : starts.length - 1) : before + by)),
    );
  };
  const pointedStart = pointed === null ? undefined : starts[pointed];

  return (
    <figure style={{ display: "grid", gap: space.s, minWidth: 0 }}>
      <div ref={frame} style={{ position: "relative", minWidth: 0, minHeight: height }}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={title}
          aria-describedby={hintId}
          tabIndex={0}
          onPointerMove={point}
          onPointerLeave={() => setPointed(null)}
          onKeyDown={move}
          onBlur={() => setPointed(null)}
          style={{ display: "block", fontSize: size.xs, overflow: "visible" }}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={left} x2={width - RIGHT_PX} y1={y(tick)} y2={y(tick)} stroke={colour.line} />
              <text x={left - 8} y={y(tick) + 4} textAnchor="end" fill={colour.textMuted}>
                {format(tick)}
              </text>
            </g>
          ))}
          {labelledIndexes(starts.length, plotWidth, 68).map((index) => (
            <text key={starts[index]} x={x(index)} y={height - 6} textAnchor="middle" fill={colour.textMuted}>
              {formatTick(starts[index] ?? "", interval)}
            </text>
          ))}
          {pointed !== null && (
            <rect x={left + step * pointed} width={step} y={TOP_PX} height={plotHeight} fill={colour.hover} />
          )}
          {kind === "bars" ? (
            <Bars {...{ starts, series, step, x, y }} />
          ) : (
            series.map((each, index) => (
              <path
                key={index}
                d={linePath(each.values, x, y)}
                fill="none"
                stroke={colourOf(each, index)}
                strokeWidth={1.8}
                strokeLinejoin="round"
                strokeLinecap="round"
              />
            ))
          )}
        </svg>
        {pointed !== null && pointedStart !== undefined && (
          <Tip
            start={pointedStart}
            values={series.map((each, index) => ({
              name: each.name,
              colour: colourOf(each, index),
              value: each.values[pointed] ?? null,
            }))}
            total={kind === "bars" && series.length > 1 ? (totals[pointed] ?? 0) : null}
            place={
              pointed < starts.length / 2
                ? { left: x(pointed) + step / 2 + 8 }
                : { right: width - x(pointed) + step / 2 + 8 }
            }
            maxWidth={Math.min(TIP_PX, Math.max(x(pointed), width - x(pointed)) - step / 2 - 8)}
            {...{ interval, format }}
          />
        )}
      </div>
      <figcaption
        id={hintId}
        style={{
          display: "flex",
          flexWrap: "wrap",
          gap: `${space.xs}px ${space.l}px`,
          fontSize: size.xs,
          color: colour.textMuted,
        }}
      >
        {series.length > 1 &&
          series.map((each, index) => <Key key={index} name={each.name} colour={colourOf(each, index)} />)}
        <span className="visually-hidden">
          Arrow keys read one interval after the other. The table below has the same numbers.
        </span>
      </figcaption>
      <TableEquivalent
        title={title}
        head={["Start", ...series.map((each) => each.name)]}
        rows={starts.map((start, index) => [
          formatUtc(start),
          ...series.map((each) => textOf(each.values[index], format)),
        ])}
      />
    </figure>
  );
}

interface BarsProps extends Pick<Props, "starts" | "series"> {
  step: number;
  x(index: number): number;
  y(value: number): number;
}

function Bars({ starts, series, step, x, y }: BarsProps) {
  const width = Math.max(1, Math.min(28, step * 0.72));
  return starts.map((start, index) => {
    let below = 0;
    return (
      <g key={start}>
        {series.map((each, number) => {
          const value = each.values[index] ?? 0;
          const from = below;
          below += value;
          return value > 0 ? (
            <rect
              key={number}
              x={x(index) - width / 2}
              width={width}
              y={y(below)}
              height={Math.max(1, y(from) - y(below))}
              fill={colourOf(each, number)}
            />
          ) : null;
        })}
      </g>
    );
  });
}

interface TipProps extends Pick<Props, "interval" | "format"> {
  start: string;
  values: readonly { name: string; colour: string; value: number | null }[];
  /** null: a sum of these says nothing */
  total: number | null;
  place: { left: number } | { right: number };
  /** px */
  maxWidth: number;
}

/** One interval's numbers, beside it; those that are nothing are left out when there are many. */
function Tip({ start, values, total, place, maxWidth, interval, format }: TipProps) {
  const shown = values.length > 3 ? values.filter((each) => each.value !== null && each.value !== 0) : values;
  return (
    <div
      role="status"
      style={{
        position: "absolute",
        top: 0,
        ...place,
        pointerEvents: "none",
        padding: space.s,
        border: `1px solid ${colour.line}`,
        borderRadius: radius.m,
        background: colour.surface,
        boxShadow: `0 4px 16px ${colour.shadow}`,
        fontSize: size.xs,
        zIndex: 2,
        maxWidth,
      }}
    >
      <div style={{ color: colour.textMuted }}>{formatStart(start, interval)}</div>
      {shown.map((each, index) => (
        <div key={index} style={tipLine}>
          <Key name={each.name} colour={each.colour} />
          <span>{each.value === null ? "none" : format(each.value)}</span>
        </div>
      ))}
      {total !== null && (
        <div style={tipLine}>
          <span>Together</span>
          <span>{format(total)}</span>
        </div>
      )}
    </div>
  );
}

const tipLine = { display: "flex", alignItems: "center", gap: space.s, justifyContent: "space-between" } as const;

function Key({ name, colour: filled }: { name: string; colour: string }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6, minWidth: 0, maxWidth: 240 }} title={name}>
      <span aria-hidden="true" style={{ width: 8, height: 8, borderRadius: 2, background: filled, flexShrink: 0 }} />
      <span style={{ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>{name}</span>
    </span>
  );
}

function colourOf(each: Series, index: number): string {
  return each.colour ?? seriesColours[index % seriesColours.length] ?? colour.accent;
}

function textOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "" : format(value);
}

/** A circle around where the line is. */
const DOT = "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0";

/** A gap where there is no value. */
function linePath(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let drawing = false;
  let path = "";
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const alone = !drawing && (values[index + 1] ?? null) === null;
    path += `${drawing ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}${alone ? DOT : ""}`;
    drawing = true;
  });
  return path;
}

function useWidth(of: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = of.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
