import { Link } from "react-router";
import icon from "../icon.svg";
import { colour, size, space, weight } from "../theme";

export function Logo() {
  return (
    <Link
      to="/app/overview"
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: space.s,
        color: colour.text,
        textDecoration: "none",
        fontSize: size.l,
        fontWeight: weight.bold,
        letterSpacing: "-0.01em",
      }}
    >
      <img src={icon} alt="" width={24} height={24} />
      Perpetuo
    </Link>
  );
}
