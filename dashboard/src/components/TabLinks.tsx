import { useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";
import { colour, control, size, space, weight } from "../theme";

export interface Props {
  /** What the tabs are of. */
  label: string;
  tabs: readonly { to: string; name: string }[];
}

/** Parts of a page, each with an address of its own: so they are links. */
export function TabLinks({ label, tabs }: Props) {
  const frame = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is the current one
  useEffect(() => {
    // Where not all have room, the current one is among those that are seen.
    const current = frame.current?.querySelector<HTMLElement>("[aria-current]");
    if (frame.current && current) frame.current.scrollLeft = leftToShow(frame.current, current);
  }, [pathname]);
  return (
    <nav
      ref={frame}
      aria-label={label}
      style={{ position: "relative", overflowX: "auto", borderBottom: `1px solid ${colour.line}` }}
    >
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

/** Of the frame, px: the tab in its middle, as far as there is something to scroll. */
function leftToShow(frame: HTMLElement, tab: HTMLElement): number {
  return tab.offsetLeft - (frame.clientWidth - tab.offsetWidth) / 2;
}
