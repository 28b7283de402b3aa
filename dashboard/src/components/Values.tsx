import { useNow } from "../api/hooks";
import { formatUsd, formatUsdExactly } from "../format/money";
import { formatCompact, formatCount } from "../format/numbers";
import { formatDateTime, formatRelative, formatUtc } from "../format/time";

export interface MoneyProps {
  /** null: not known, which is not nothing */
  nanousd: number | null;
}

/** As many digits as it needs; all of them when one points at it. */
export function Money({ nanousd }: MoneyProps) {
  if (nanousd === null) return <span title="The price of this model is not known">unpriced</span>;
  return <span title={`${formatUsdExactly(nanousd)} (USD)`}>{formatUsd(nanousd)}</span>;
}

export interface CountProps {
  of: number;
  /** `1.2M`, with the whole number when one points at it */
  compact?: boolean;
}

export function Count({ of, compact }: CountProps) {
  return <span title={compact ? formatCount(of) : undefined}>{compact ? formatCompact(of) : formatCount(of)}</span>;
}

export interface TimeProps {
  /** ISO 8601; null: never */
  at: string | null;
  relative?: boolean;
  never?: string;
}

/** In the viewer's zone; UTC when one points at it. */
export function Time({ at, relative, never = "never" }: TimeProps) {
  return at === null ? <span>{never}</span> : <Known at={at} relative={relative} />;
}

function Known({ at, relative }: { at: string; relative?: boolean }) {
  const now = useNow();
  const local = formatDateTime(at);
  return (
    <time
      dateTime={at}
      title={relative ? `${local}\n${formatUtc(at)}` : formatUtc(at)}
      style={{ whiteSpace: "nowrap" }}
    >
      {relative ? formatRelative(at, now) : local}
    </time>
  );
}
