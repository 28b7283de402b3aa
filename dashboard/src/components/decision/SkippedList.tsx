import { plural } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { Badge } from "../Notice";
import { Sentence } from "./Sentence";
import { nameOf, nameOfSkip, timeLeft } from "./words";

export interface SkippedRow {
  provider: string;
  provider_key_id: string | null;
  model: string | null;
  code: string;
  reason: string;
  retry_after_s: number | null;
}

export interface Props {
  skipped: readonly SkippedRow[];
  keyName(of: SkippedRow): string | null;
}

const SHOWN = 3;

/** Provider keys that were no candidates, and why. Many of them are folded. */
export function SkippedList({ skipped, keyName }: Props) {
  return (
    <details open={skipped.length <= SHOWN}>
      <summary style={{ color: colour.textMuted, fontSize: size.s }}>
        {plural(skipped.length, "provider key")} skipped
      </summary>
      <ul
        aria-label="Skipped provider keys"
        style={{ listStyle: "none", display: "grid", gap: space.s, paddingTop: space.s }}
      >
        {skipped.map((skip) => (
          <li
            key={`${skip.provider_key_id} ${skip.model} ${skip.code}`}
            style={{
              display: "flex",
              flexWrap: "wrap",
              gap: `2px ${space.s}px`,
              alignItems: "center",
              fontSize: size.s,
            }}
          >
            <span style={{ overflowWrap: "anywhere" }}>{nameOf(skip)}</span>
            {keyName(skip) !== null && <span style={{ color: colour.textMuted }}>{keyName(skip)}</span>}
            <Badge>{nameOfSkip(skip.code)}</Badge>
            <span style={{ color: colour.textMuted, flex: "1 1 200px" }}>
              <Sentence text={skip.reason} />
              {skip.retry_after_s !== null && ` Not asked ${timeLeft(skip.retry_after_s)}.`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
