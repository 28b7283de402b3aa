import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useNow } from "../api/hooks";
import { Segmented } from "./Field";

export type RangeName = "1h" | "24h" | "7d" | "30d";

export interface Range {
  name: RangeName;
  /** ISO 8601; a new one every minute, so that what depends on it is not loaded at every render */
  since: string;
  until: string;
  interval: "hour" | "day";
}

export interface Props {
  value: RangeName;
  onChange(value: RangeName): void;
}

const HOURS: Record<RangeName, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };
const CHOICES = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
  { value: "30d", label: "30 days" },
] as const;

export function RangePicker({ value, onChange }: Props) {
  return <Segmented label="Time range" value={value} choices={CHOICES} onChange={onChange} />;
}

/** The range in the address (`?range=7d`), and how to change it there. */
export function useRange(otherwise: RangeName = "24h"): [Range, (name: RangeName) => void] {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("range");
  const name = CHOICES.find((choice) => choice.value === asked)?.value ?? otherwise;
  const minute = Math.floor(useNow(60_000) / 60_000);
  const range = useMemo<Range>(() => {
    const until = new Date((minute + 1) * 60_000);
    const since = new Date(until.getTime() - HOURS[name] * 3_600_000);
    return {
      name,
      since: since.toISOString(),
      until: until.toISOString(),
      interval: HOURS[name] > 72 ? "day" : "hour",
    };
  }, [name, minute]);
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
