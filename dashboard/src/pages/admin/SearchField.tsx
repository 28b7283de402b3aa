import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { inputStyle } from "../../components/Field";

export interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
}

const PAUSE_MS = 300;

/** Tells what was typed once the typing pauses. */
export function SearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      style={{ ...inputStyle, width: 220 }}
    />
  );
}

/** What is searched for, in the address. */
export function useSearch(name: string): [string, (value: string) => void] {
  const [parameters, setParameters] = useSearchParams();
  const change = useCallback(
    (value: string) => {
      setParameters(
        (before) => {
          if (value === "") before.delete(name);
          else before.set(name, value);
          return before;
        },
        { replace: true },
      );
    },
    [name, setParameters],
  );
  return [parameters.get(name) ?? "", change];
}
