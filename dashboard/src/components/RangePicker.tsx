import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useNow } from "../api/hooks";
import { Segmented } from "./Field";
import { RANGE_CHOICES, type Range, type RangeName, rangeOf } from "./range";

export type { Range, RangeName } from "./range";

export interface Props {
  value: RangeName;
  onChange(value: RangeName): void;
}

export function RangePicker({ value, onChange }: Props) {
  return <Segmented label="Time range" value={value} choices={RANGE_CHOICES} onChange={onChange} />;
}

/** The range in the address (`?range=7d`), and how to change it there. A new object only when another hour or day begins. */
export function useRange(otherwise: RangeName = "24h"): [Range, (name: RangeName) => void] {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("range");
  const name = RANGE_CHOICES.find((choice) => choice.value === asked)?.value ?? otherwise;
  const hour = Math.floor(useNow(60_000) / 3_600_000);
  const range = useMemo(() => rangeOf(name, hour * 3_600_000), [name, hour]);
  const change = useCallback(
    (chosen: RangeName) => {
      setParameters(
        (before) => {
          before.set("range", chosen);
          return before;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return [range, change];
}
