import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { parametersOf, type Typed, typedOf } from "./explainer";

/** The address follows once somebody pauses: it changes by a transition, which is too late for a field one types in. */
const PAUSE_MS = 300;

/** What is typed into the explainer, and in the address. */
export function useTyped(): [Typed, (change: Partial<Typed>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const [typed, setTyped] = useState(() => typedOf(parameters));
  const written = useRef(parameters.toString());

  useEffect(() => {
    const now = parameters.toString();
    if (now === written.current) return;
    // Not by us: a link, or a way back.
    written.current = now;
    setTyped(typedOf(parameters));
  }, [parameters]);

  useEffect(() => {
    const wanted = new URLSearchParams(parametersOf(typed));
    if (wanted.toString() === written.current) return;
    const timer = setTimeout(() => {
      written.current = wanted.toString();
      setParameters(wanted, { replace: true });
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, setParameters]);

  return [typed, (change) => setTyped((before) => ({ ...before, ...change }))];
}
