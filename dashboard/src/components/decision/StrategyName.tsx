import { colour, size } from "../../theme";
import { meaningOfStrategy, sourceOfStrategy } from "./words";

export interface Props {
  name: string;
  /** `header`, `workspace` or `fallback`; null: not told */
  source: string | null;
}

/** A strategy, and who asked for it. */
export function StrategyName({ name, source }: Props) {
  return (
    <span title={meaningOfStrategy(name) || undefined}>
      <code>{name}</code>
      {source !== null && (
        <span style={{ color: colour.textMuted, fontSize: size.s }}> · {sourceOfStrategy(source)}</span>
      )}
    </span>
  );
}
