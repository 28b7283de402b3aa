import { Link } from "react-router";
import { Notice } from "../../components/Notice";
import { colour, size, space, weight } from "../../theme";
import type { Trouble } from "./attention";

export interface Props {
  troubles: readonly Trouble[];
}

const MOST = 6;

/** What somebody should look at; one calm line when there is nothing. */
export function Attention({ troubles }: Props) {
  if (troubles.length === 0) {
    return (
      <p style={{ color: colour.textMuted, fontSize: size.s }}>
        Nothing needs attention: no provider key in use has trouble, and no limit is near its end.
      </p>
    );
  }
  const more = troubles.length - MOST;
  return (
    <section aria-labelledby="attention" style={{ display: "grid", gap: space.s }}>
      <h2 id="attention" style={{ fontSize: size.m, fontWeight: weight.bold }}>
        What needs attention
      </h2>
      {troubles.slice(0, MOST).map((trouble) => (
        <Notice key={trouble.text} kind={trouble.tone} action={<Link to={trouble.to}>{trouble.action}</Link>}>
          <span style={{ overflowWrap: "anywhere" }}>{trouble.text}</span>
        </Notice>
      ))}
      {more > 0 && <p style={{ color: colour.textMuted, fontSize: size.s }}>And {more} more of this kind.</p>}
    </section>
  );
}
