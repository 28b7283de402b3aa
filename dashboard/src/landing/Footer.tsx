import { colour, size, space } from "../theme";
import { PAGE_PX } from "./Section";

const LINKS = [
  { href: "/app/", name: "Dashboard" },
  { href: "/docs", name: "API reference" },
  { href: "/openapi.json", name: "OpenAPI document" },
];

export function Footer() {
  return (
    <footer style={{ borderTop: `1px solid ${colour.line}` }}>
      <div
        style={{
          maxWidth: PAGE_PX,
          margin: "0 auto",
          padding: space.xl,
          display: "flex",
          flexWrap: "wrap",
          gap: space.l,
          justifyContent: "space-between",
          color: colour.textMuted,
          fontSize: size.s,
        }}
      >
        <p>Perpetuo, an open-source AI gateway. Apache-2.0.</p>
        <nav aria-label="Elsewhere" style={{ display: "flex", flexWrap: "wrap", gap: space.l }}>
          {LINKS.map((link) => (
            <a
              key={link.href}
              href={link.href}
              className="hover-underline"
              style={{ color: colour.textMuted, minHeight: 24 }}
            >
              {link.name}
            </a>
          ))}
        </nav>
      </div>
    </footer>
  );
}
