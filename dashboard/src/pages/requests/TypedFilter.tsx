import { useEffect, useRef, useState } from "react";
import { TextField } from "../../components/Field";

export interface Props {
  label: string;
  /** As it is in the address. */
  value: string;
  hint?: string;
  placeholder?: string;
  inputMode?: "decimal" | "numeric";
  mono?: boolean;
  /** An id of a <datalist> */
  list?: string;
  /** undefined when it can not be meant; null and "" mean no filter. */
  read?(typed: string): string | null | undefined;
  wrong?: string;
  onChange(value: string | null): void;
}

const PAUSE_MS = 350;

/** A text that is searched for once typing pauses. */
export function TypedFilter(props: Props) {
  const { label, value, read = (typed) => typed.trim() || null, wrong, onChange, ...rest } = props;
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Compared by what they mean: the address writes `0.5` as `0.50`, and whoever types goes on behind what they typed.
  const means = read(value) ?? "";
  const sent = useRef(means);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // Changed by somebody else: a removed chip, the back button.
    if (means !== sent.current) {
      clearTimeout(timer.current);
      sent.current = means;
      setTyped(value);
    }
  }, [means, value]);
  const latest = useRef(onChange);
  latest.current = onChange;
  const commit = (text: string) => {
    const meant = read(text);
    if (meant === undefined || (meant ?? "") === sent.current) return;
    sent.current = meant ?? "";
    latest.current(meant);
  };
  return (
    <TextField
      {...rest}
      label={label}
      value={typed}
      error={read(typed) === undefined ? wrong : undefined}
      onChange={(text) => {
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => commit(text), PAUSE_MS);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        clearTimeout(timer.current);
        commit(typed);
      }}
    />
  );
}
