import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useEffect, useState } from "react";
import { colour, size, space, weight } from "../../theme";
import { COLUMNS, type Layout, part, RequestRow, ROW_HEIGHT, rowId, templateOf } from "./RequestRow";
import type { Log } from "./requestList";

export interface Props {
  rows: readonly Log[];
  hasMore: boolean;
  keyName(id: string): string;
  openedId: string | null;
  scroller: RefObject<HTMLDivElement | null>;
  /** px of the window that are taken by what is above and below */
  takenPx: number;
  onOpen(id: string): void;
  /** The last rows are near. */
  onEnd(): void;
  /** Below the last row: what is on its way, or that this is all. */
  end: ReactNode;
}

const OVERSCAN_ROWS = 12;
/** Rows before the end at which the next page is asked for. */
const NEAR_END_ROWS = 40;
const PAGE_KEY_ROWS = 10;
export const HEADER_PX = 34;
/** There one scrolls the page until the table fills the window. */
const PHONE_TAKEN_PX = 96;

/** A grid of which only the visible rows exist. It has the focus; the arrows move its active row, Enter opens it. */
export function RequestTable({ rows, hasMore, keyName, openedId, scroller, takenPx, onOpen, onEnd, end }: Props) {
  const layout = useLayout(scroller);
  const height = ROW_HEIGHT[layout];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: OVERSCAN_ROWS,
    scrollPaddingStart: HEADER_PX,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height
  useEffect(() => virtual.measure(), [height]);
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastSeen >= rows.length - NEAR_END_ROWS) onEnd();
  }, [hasMore, lastSeen, rows.length, onEnd]);

  const { activeId, onKeyDown, onClick } = useActiveRow(rows, onOpen, (index) => virtual.scrollToIndex(index));
  const isShown = activeId !== undefined && items.some((item) => item.key === activeId);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it is a grid, by `part`
    <div
      ref={scroller}
      {...part("grid", {
        "aria-label": "Requests, newest first",
        "aria-rowcount": hasMore ? -1 : rows.length + 2,
        "aria-colcount": COLUMNS[layout].length,
        "aria-activedescendant": isShown ? rowId(activeId) : undefined,
      })}
      tabIndex={0}
      data-testid="request-scroller"
      onKeyDown={onKeyDown}
      onClick={onClick}
      style={{
        position: "relative",
        overflow: "auto",
        height: `calc(100dvh - ${layout === "phone" ? PHONE_TAKEN_PX : takenPx}px)`,
        minHeight: 380,
        outlineOffset: -2,
        overscrollBehaviorX: "contain",
      }}
    >
      <Header layout={layout} />
      <div {...part("rowgroup")} style={{ position: "relative", height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const log = rows[item.index];
          return (
            log && (
              <RequestRow
                key={item.key}
                log={log}
                keyName={keyName(log.api_key_id)}
                layout={layout}
                top={item.start}
                place={item.index + 2}
                active={log.id === activeId}
                opened={log.id === openedId}
              />
            )
          );
        })}
      </div>
      <div {...part("rowgroup")}>
        <div {...part("row", { "aria-rowindex": rows.length + 2 })}>
          <div {...part("gridcell")} style={{ padding: space.m, fontSize: size.s, textAlign: "center" }}>
            {end}
          </div>
        </div>
      </div>
    </div>
  );
}

/** The row that the arrows move, by its id: rows that come on top of it do not. */
function useActiveRow(rows: readonly Log[], onOpen: (id: string) => void, show: (index: number) => void) {
  const [activeId, setActiveId] = useState<string>();
  const moveTo = (wanted: number) => {
    const index = Math.max(0, Math.min(rows.length - 1, wanted));
    setActiveId(rows[index]?.id);
    show(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    if (event.key === "Enter" && activeId !== undefined) {
      event.preventDefault();
      onOpen(activeId);
      return;
    }
    const active = rows.findIndex((log) => log.id === activeId);
    const to = target(event.key, active, rows.length);
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };
  /** One listener for all rows. Whoever selects text to copy it opens nothing. */
  const onClick = (event: MouseEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]") : null;
    const id = row?.dataset.id;
    if (id === undefined || window.getSelection()?.isCollapsed === false) return;
    setActiveId(id);
    onOpen(id);
  };
  return { activeId, onKeyDown, onClick };
}

function Header({ layout }: { layout: Layout }) {
  return (
    <div
      {...part("rowgroup")}
      className={layout === "phone" ? "visually-hidden" : undefined}
      style={{ position: "sticky", top: 0, zIndex: 1, background: colour.surface }}
    >
      <div
        {...part("row", { "aria-rowindex": 1 })}
        style={{
          display: "grid",
          gridTemplateColumns: templateOf(layout),
          alignItems: "center",
          columnGap: space.s,
          height: HEADER_PX,
          padding: `0 ${space.l}px`,
          borderBottom: `1px solid ${colour.line}`,
          color: colour.textMuted,
          fontSize: size.xs,
          fontWeight: weight.medium,
        }}
      >
        {COLUMNS[layout].map((column) => (
          <div key={column.title} {...part("columnheader")} style={{ textAlign: column.numeric ? "right" : "left" }}>
            {column.title}
          </div>
        ))}
      </div>
    </div>
  );
}

/** By the grid's own width, which a sidebar narrows. */
function useLayout(scroller: RefObject<HTMLDivElement | null>): Layout {
  const [layout, setLayout] = useState<Layout>(() => layoutOf(window.innerWidth));
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setLayout(layoutOf(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return layout;
}

function layoutOf(widthPx: number): Layout {
  if (widthPx < 680) return "phone";
  if (widthPx < 860) return "small";
  return widthPx < 1090 ? "medium" : "wide";
}

function target(key: string, active: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return active + 1;
    case "ArrowUp":
      return Math.max(0, active - 1);
    case "PageDown":
      return active + PAGE_KEY_ROWS;
    case "PageUp":
      return active - PAGE_KEY_ROWS;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
