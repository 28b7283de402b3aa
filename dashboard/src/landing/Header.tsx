import { buttonStyle } from "../components/Button";
import { ThemeSwitch } from "../components/ThemeSwitch";
import icon from "../icon.svg";
import { colour, size, space, weight } from "../theme";
import { PAGE_PX } from "./Section";

const PLACES = [
  { href: "#how-it-works", name: "How it works" },
  { href: "#features", name: "Features" },
  { href: "#figures", name: "Figures" },
  { href: "#pricing", name: "Pricing" },
  { href: "#questions", name: "Questions" },
];

export function Header() {
  return (
    <header
      style={{
        position: "sticky",
        top: 0,
        zIndex: 10,
        background: colour.background,
        borderBottom: `1px solid ${colour.line}`,
      }}
    >
      <div
        style={{
          maxWidth: PAGE_PX,
          margin: "0 auto",
          padding: `${space.m}px ${space.xl}px`,
          display: "flex",
          alignItems: "center",
          gap: space.l,
        }}
      >
        <a
          href="/"
          style={{
            display: "inline-flex",
            alignItems: "center",
            gap: space.s,
            color: colour.text,
            textDecoration: "none",
            fontSize: size.l,
            fontWeight: weight.bold,
          }}
        >
          <img src={icon} alt="" width={26} height={26} />
          Perpetuo
        </a>
        <nav
          aria-label="On this page"
          className="wide-only"
          style={{ display: "flex", gap: space.l, marginLeft: space.l }}
        >
          {PLACES.map((place) => (
            <a
              key={place.href}
              href={place.href}
              className="hover-underline"
              style={{ color: colour.textMuted, textDecoration: "none" }}
            >
              {place.name}
            </a>
          ))}
        </nav>
        <div style={{ marginLeft: "auto", display: "flex", alignItems: "center", gap: space.s }}>
          <span className="not-on-phones">
            <ThemeSwitch />
          </span>
          <a href="/app/" className="hover-accent" style={buttonStyle("primary")}>
            Open the dashboard
          </a>
        </div>
      </div>
    </header>
  );
}
