import type { ReactNode } from "react";
import { Link } from "react-router";
import { colour, radius, size, space } from "../../theme";

export interface BarRow {
  name: string;
  value: number;
  /** How the value is shown */
  text: ReactNode;
  /** A path of the dashboard */
  to?: string | null;
}

export interface Props {
  /** What the bars are: the name of the list. */
  title: string;
  rows: readonly BarRow[];
}

/** A ranking: it is a list already, so it is its own table. */
export function BarList({ title, rows }: Props) {
  const most = Math.max(1e-9, ...rows.map((row) => row.value));
  return (
    <ul aria-label={title} style={{ listStyle: "none", display: "grid", gap: space.s, alignContent: "start" }}>
      {rows.map((row, index) => (
        <li key={index} style={{ display: "grid", gap: 3 }}>
          <div style={{ display: "flex", justifyContent: "space-between", gap: space.m, fontSize: size.s }}>
            <span
              style={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}
              title={row.name}
            >
              {row.to ? (
                <Link to={row.to} className="hover-underline" style={{ color: "inherit", textDecoration: "none" }}>
                  {row.name}
                </Link>
              ) : (
                row.name
              )}
            </span>
            <span style={{ flexShrink: 0 }}>{row.text}</span>
          </div>
          <div aria-hidden="true" style={{ height: 6, borderRadius: radius.s, background: colour.neutralSoft }}>
            <div
              style={{
                width: `${(row.value / most) * 100}%`,
                height: "100%",
                borderRadius: radius.s,
                background: colour.series1,
              }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
