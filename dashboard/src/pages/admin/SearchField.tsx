import { useCallback, useEffect, useRef, useState } from "react";
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
  const told = useRef(value);
  useEffect(() => {
    if (value === told.current) return;
    // Not by us: a link, or a way back.
    told.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onChange]);
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
