import { type CSSProperties, useRef } from "react";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { IconButton } from "../../components/Button";
import { Sparkline } from "../../components/charts/Sparkline";
import { Menu } from "../../components/Menu";
import { cellStyle, headStyle } from "../../components/Table";
import { formatDuration, formatShare } from "../../format/numbers";
import { colour, font, size, space, weight } from "../../theme";
import { hoursOf } from "./hourly";
import { type KeyHealth, KeyState } from "./KeyState";
import { groupsOf, maskOf, nameOfKey, type ProviderKey } from "./order";
import { useReorder } from "./useReorder";

export interface Props {
  keys: readonly ProviderKey[];
  mayWrite: boolean;
  healthOf(keyId: string): KeyHealth | undefined;
  usageOf(vendor: string): Schemas["Group"] | undefined;
  /** Of the catalog, how many models it knows of a provider. */
  catalogModelsOf(vendor: string): number | undefined;
  onOrder(ids: string[]): void;
  onToggle(key: ProviderKey): void;
  onDelete(key: ProviderKey): void;
}

/** The keys in the order in which they are asked. It scrolls sideways by itself where the window is narrow. */
export function ProviderTable(props: Props) {
  const { keys, mayWrite } = props;
  const rows = useRef(new Map<string, HTMLTableRowElement>());
  const byId = new Map(keys.map((key) => [key.id, key]));
  const reorder = useReorder({
    ids: keys.map((key) => key.id),
    nameOf: (id) => nameOfKey(byId.get(id) ?? { vendor_title: "It", label: "" }),
    onOrder: props.onOrder,
    rowTops: () =>
      [...rows.current].map(([id, row]) => {
        const box = row.getBoundingClientRect();
        return { id, middle: box.top + box.height / 2 };
      }),
  });
  const shown = reorder.ids.map((id) => byId.get(id)).filter((key) => key !== undefined);
  // While one is moved there are only places: the groups end when it is dropped.
  const groups = reorder.pickedId === undefined ? groupsOf(shown) : shown.map((key) => ({ priority: 0, keys: [key] }));
  const columns = mayWrite ? 9 : 7;
  let place = 0;
  return (
    <section tabIndex={0} aria-label="Provider keys" style={SCROLLS}>
      <table style={{ width: "100%", borderCollapse: "collapse", fontSize: size.m }}>
        <caption className="visually-hidden">Provider keys, the first to be asked first</caption>
        <Head mayWrite={mayWrite} />
        <tbody>
          {groups.flatMap((group) => [
            group.keys.length > 1 && (
              <tr key={`group ${group.priority}`}>
                <th scope="rowgroup" colSpan={columns} style={groupStyle}>
                  Priority {group.priority}: {group.keys.length} equals. The model asked for comes first among them,
                  then the catalog's order.
                </th>
              </tr>
            ),
            ...group.keys.map((key) => {
              place += 1;
              return (
                <Row
                  key={key.id}
                  {...props}
                  of={key}
                  place={place}
                  isMoved={reorder.pickedId === key.id}
                  gripProps={reorder.gripProps(key.id)}
                  onMove={(by) => reorder.move(key.id, by)}
                  rowRef={(row) => {
                    if (row === null) rows.current.delete(key.id);
                    else rows.current.set(key.id, row);
                  }}
                />
              );
            }),
          ])}
        </tbody>
      </table>
      <span role="status" className="visually-hidden">
        {reorder.announcement}
      </span>
    </section>
  );
}

function Head({ mayWrite }: { mayWrite: boolean }) {
  return (
    <thead>
      <tr>
        {mayWrite && <HiddenTitle>Move</HiddenTitle>}
        <th scope="col" style={headLeft}>
          Provider key
        </th>
        <th scope="col" style={headLeft}>
          State
        </th>
        <th scope="col" className="not-on-phones" style={headLeft}>
          Last 24 hours
        </th>
        {["Errors", "First byte", "Tokens/s", "Models"].map((title) => (
          <th
            key={title}
            scope="col"
            className={title === "Errors" ? "not-on-phones" : "wide-only"}
            style={{ ...headStyle, textAlign: "right" }}
          >
            {title}
          </th>
        ))}
        {mayWrite && <HiddenTitle>Actions</HiddenTitle>}
      </tr>
    </thead>
  );
}

function HiddenTitle({ children }: { children: string }) {
  return (
    <th scope="col" style={headStyle}>
      <span className="visually-hidden">{children}</span>
    </th>
  );
}

interface RowProps extends Props {
  of: ProviderKey;
  /** From 1 on */
  place: number;
  isMoved: boolean;
  gripProps: ReturnType<ReturnType<typeof useReorder>["gripProps"]>;
  onMove(by: number): void;
  rowRef(row: HTMLTableRowElement | null): void;
}

function Row(props: RowProps) {
  const { of: key, place, isMoved, mayWrite } = props;
  const health = props.healthOf(key.id);
  const hours = hoursOf(props.usageOf(key.vendor), key.vendor_title, Date.now());
  const isOff = key.status !== "active";
  return (
    <tr
      ref={props.rowRef}
      style={{ background: isMoved ? colour.selected : undefined, color: isOff ? colour.textMuted : undefined }}
    >
      {mayWrite && (
        <td style={{ ...cellStyle, width: 36, paddingRight: 0 }}>
          <IconButton
            icon="grip"
            label={`Move ${nameOfKey(key)}, place ${place}`}
            aria-pressed={isMoved}
            {...props.gripProps}
            style={{ cursor: isMoved ? "grabbing" : "grab", touchAction: "none" }}
          />
        </td>
      )}
      <td style={cellStyle}>
        <Name of={key} />
      </td>
      <td style={cellStyle}>
        <KeyState of={key} health={health} />
      </td>
      <td className="not-on-phones" style={cellStyle}>
        <Sparkline label={hours.label} values={hours.requests} bad={hours.errors} />
      </td>
      <Figure value={health?.error_rate} format={formatShare} />
      <Figure value={health?.first_byte_ms} format={formatDuration} wideOnly />
      <Figure value={health?.tokens_per_s} format={(rate) => String(Math.round(rate))} wideOnly />
      <td className="wide-only" style={{ ...cellStyle, textAlign: "right" }}>
        <Models of={key} inCatalog={props.catalogModelsOf(key.vendor)} />
      </td>
      {mayWrite && (
        <td style={{ ...cellStyle, textAlign: "right" }}>
          <RowMenu {...props} />
        </td>
      )}
    </tr>
  );
}

function Name({ of: key }: { of: ProviderKey }) {
  return (
    <div style={{ minWidth: 150, display: "grid", gap: 2 }}>
      <Link
        to={`?key=${encodeURIComponent(key.id)}`}
        style={{ color: "inherit", fontWeight: weight.medium, overflowWrap: "anywhere" }}
      >
        {nameOfKey(key)}
      </Link>
      <span style={{ color: colour.textMuted, fontSize: size.xs, whiteSpace: "nowrap" }}>
        <span style={{ fontFamily: font.mono }}>{maskOf(key)}</span> · priority {key.priority}
      </span>
    </div>
  );
}

interface FigureProps {
  value: number | null | undefined;
  format(value: number): string;
  wideOnly?: boolean;
}

function Figure({ value, format, wideOnly }: FigureProps) {
  return (
    <td
      className={wideOnly ? "wide-only" : "not-on-phones"}
      style={{ ...cellStyle, textAlign: "right", whiteSpace: "nowrap" }}
    >
      {value == null ? (
        <span title="Not measured lately" style={{ color: colour.textMuted }}>
          –<span className="visually-hidden"> not measured lately</span>
        </span>
      ) : (
        format(value)
      )}
    </td>
  );
}

/** Two sources may tell of the same model, so they are not added up. */
function Models({ of: key, inCatalog }: { of: ProviderKey; inCatalog: number | undefined }) {
  const parts = [
    key.own_models > 0 && `${key.own_models} own`,
    key.discovered_models > 0 && `${key.discovered_models} listed`,
    inCatalog !== undefined && inCatalog > 0 && `${inCatalog} in the catalog`,
  ].filter((part) => part !== false);
  return (
    <div style={{ fontSize: size.s, whiteSpace: "nowrap" }}>
      {parts.length === 0 ? <span style={{ color: colour.textMuted }}>none known</span> : null}
      {parts.map((part) => (
        <div key={part}>{part}</div>
      ))}
      {key.discovery_error && <div style={{ color: colour.textMuted, fontSize: size.xs }}>list not read</div>}
    </div>
  );
}

function RowMenu({ of: key, keys, place, onMove, onToggle, onDelete }: RowProps) {
  return (
    <Menu
      label={`Actions of ${nameOfKey(key)}`}
      items={[
        { name: "Move up", onChoose: () => onMove(-1), disabled: place === 1 },
        { name: "Move down", onChoose: () => onMove(1), disabled: place === keys.length },
        { name: key.enabled ? "Disable" : "Enable", onChoose: () => onToggle(key) },
        { name: "Delete", onChoose: () => onDelete(key), danger: true },
      ]}
    />
  );
}

/** Positioned, so that what is only read aloud stays inside it. */
const SCROLLS: CSSProperties = { position: "relative", overflowX: "auto", padding: `0 ${space.xs}px` };

const headLeft: CSSProperties = { ...headStyle, textAlign: "left" };

const groupStyle: CSSProperties = {
  padding: `${space.xs}px ${space.m}px`,
  borderBottom: `1px solid ${colour.line}`,
  background: colour.sunken,
  color: colour.textMuted,
  fontSize: size.xs,
  fontWeight: weight.medium,
  textAlign: "left",
};
