import { NavLink } from "react-router";
import { colour, control, size, space, weight } from "../theme";

export interface Props {
  /** What the tabs are of. */
  label: string;
  tabs: readonly { to: string; name: string }[];
}

/** Parts of a page, each with an address of its own: so they are links. */
export function TabLinks({ label, tabs }: Props) {
  return (
    <nav aria-label={label} style={{ overflowX: "auto", borderBottom: `1px solid ${colour.line}` }}>
      <ul style={{ listStyle: "none", display: "flex", gap: space.l, minWidth: "max-content" }}>
        {tabs.map((tab) => (
          <li key={tab.to}>
            <NavLink
              to={tab.to}
              style={({ isActive }) => ({
                display: "inline-flex",
                alignItems: "center",
                minHeight: control.height,
                borderBottom: `2px solid ${isActive ? colour.accent : "transparent"}`,
                color: isActive ? colour.text : colour.textMuted,
                fontSize: size.m,
                fontWeight: weight.medium,
                textDecoration: "none",
                whiteSpace: "nowrap",
                outlineOffset: -2,
              })}
            >
              {tab.name}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
