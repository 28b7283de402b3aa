import { colour, size, space } from "../../theme";
import { cellStyle, headStyle } from "../Table";

export interface Props {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** The numbers of a chart, for who reads rather than looks. */
export function TableEquivalent({ title, head, rows }: Props) {
  return (
    <details style={{ fontSize: size.xs, color: colour.textMuted }}>
      <summary style={{ minHeight: 24 }}>As a table</summary>
      <section tabIndex={0} aria-label={title} style={{ maxHeight: 280, overflow: "auto", marginTop: space.s }}>
        <table style={{ borderCollapse: "collapse", width: "100%", fontSize: size.xs }}>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {head.map((name, column) => (
                <th key={column} scope="col" style={{ ...headStyle, textAlign: column === 0 ? "left" : "right" }}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row[0]}>
                {row.map((cell, column) => (
                  <td
                    key={column}
                    style={{ ...cellStyle, padding: `2px ${space.m}px`, textAlign: column === 0 ? "left" : "right" }}
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
