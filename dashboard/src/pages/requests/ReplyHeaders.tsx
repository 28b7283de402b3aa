import type { Schemas } from "../../api/client";
import { colour, font, size, space } from "../../theme";

export interface Props {
  log: Schemas["LogDetail"];
}

/** The reply's own headers about the decision, as far as what is recorded tells them. */
export function ReplyHeaders({ log }: Props) {
  return (
    <dl style={{ display: "grid", gap: 2, fontFamily: font.mono, fontSize: size.xs }}>
      {headersOf(log).map(([name, value]) => (
        <div key={name} style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
          <dt style={{ color: colour.textMuted }}>{name}:</dt>
          <dd style={{ minWidth: 0, overflowWrap: "anywhere" }}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** In the order of gateway/replies.py, `telling_headers`. */
export function headersOf(log: Schemas["LogDetail"]): [string, string][] {
  const headers: [string, string][] = [["x-perpetuo-request-id", log.id]];
  const add = (name: string, value: string | null) => value !== null && headers.push([`x-perpetuo-${name}`, value]);
  add("alias", log.alias);
  add("strategy", log.strategy);
  add("provider", log.provider);
  add("model", log.model);
  const answered = log.decision?.candidates.find(
    (each) => each.provider_key_id === log.provider_key_id && each.model === log.model,
  );
  if (answered !== undefined && answered.dropped.length > 0) add("dropped", answered.dropped.join(", "));
  if (answered !== undefined && answered.approximated.length > 0) add("approximated", answered.approximated.join(", "));
  if (log.alias !== null) {
    // Of a stream the headers were sent with the first content, before it could break.
    add("attempts", String(log.attempts.length));
    add("fallback", String(log.fallback_used));
    add("substituted", log.substituted);
  }
  return headers;
}
