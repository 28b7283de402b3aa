import type { CSSProperties, ReactNode } from "react";
import { colour, size, space, weight } from "../theme";

export interface Column<T> {
  title: string;
  /** Numbers and money stand at the right, so that digits line up. */
  numeric?: boolean;
  /** Left out where there is no room. */
  notOnPhones?: boolean;
  /** Shown to screen readers only: of columns of buttons. */
  hiddenTitle?: boolean;
  width?: number | string;
  cell(row: T): ReactNode;
}

export interface Props<T> {
  /** What the table is about, for those who do not see what is around it. */
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey(row: T): string;
  /** Faded: what is revoked or over. */
  isFaded?(row: T): boolean;
}

/** Scrolls sideways by itself where the window is narrow. */
export function Table<T>({ caption, columns, rows, rowKey, isFaded }: Props<T>) {
  return (
    // A group and no landmark: the card around it has the same name often.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      role="group"
      tabIndex={0}
      aria-label={caption}
      style={{ position: "relative", overflowX: "auto", padding: `0 ${space.xs}px` }}
    >
      <table style={{ width: "100%", borderCollapse: "collapse", fontSize: size.m }}>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                className={phoneClass(column)}
                style={{ ...headStyle, ...align(column), width: column.width }}
              >
                {column.hiddenTitle ? <span className="visually-hidden">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={rowKey(row)} style={isFaded?.(row) ? { color: colour.textMuted } : undefined}>
              {columns.map((column) => (
                <td
                  key={column.title}
                  className={phoneClass(column)}
                  style={{
                    ...cellStyle,
                    ...align(column),
                    ...(index === rows.length - 1 ? { borderBottom: "none" } : {}),
                  }}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function phoneClass<T>(column: Column<T>): string | undefined {
  return column.notOnPhones ? "not-on-phones" : undefined;
}

function align<T>(column: Column<T>): CSSProperties {
  return { textAlign: column.numeric ? "right" : "left" };
}

export const headStyle: CSSProperties = {
  padding: `${space.s}px ${space.m}px`,
  borderBottom: `1px solid ${colour.line}`,
  color: colour.textMuted,
  fontSize: size.xs,
  fontWeight: weight.medium,
  textAlign: "left",
  whiteSpace: "nowrap",
};

export const cellStyle: CSSProperties = {
  padding: `${space.s}px ${space.m}px`,
  borderBottom: `1px solid ${colour.line}`,
  verticalAlign: "middle",
};
