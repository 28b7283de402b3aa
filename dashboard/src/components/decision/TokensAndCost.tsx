import { useState } from "react";
import { useSession } from "../../app/SessionContext";
import { formatCount } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { Facts } from "../Page";
import { Money } from "../Values";
import { CostByClass } from "./CostByClass";
import type { Log } from "./words";

export interface Props {
  log: Log;
}

/** Of an answer: what was counted, and what it cost. */
export function TokensAndCost({ log }: Props) {
  const { can } = useSession();
  const facts = classesOf(log).map(({ name, tokens }) => ({
    name,
    value: tokens === null ? <span style={{ color: colour.textMuted }}>not reported</span> : formatCount(tokens),
  }));
  return (
    <div style={{ fontSize: size.s }}>
      <Facts
        facts={[
          ...facts,
          { name: "Cost", value: <Money nanousd={log.cost_nanousd} /> },
          ...(log.price_source === null ? [] : [{ name: "Price", value: log.price_source }]),
          ...(log.usage_source === "counted"
            ? [{ name: "Counted by", value: "the gateway: the answer was cut before the provider reported" }]
            : []),
        ]}
      />
      {log.cost_nanousd !== null && log.provider_key_id !== null && can("provider_keys:read") && (
        <ByClass log={log} providerKeyId={log.provider_key_id} />
      )}
    </div>
  );
}

/** Loaded when it is opened: the price comes with all of the key's models. */
function ByClass({ log, providerKeyId }: { log: Log; providerKeyId: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details style={{ marginTop: space.s }} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary style={{ color: colour.textMuted }}>Cost by class of tokens</summary>
      {open && <CostByClass log={log} providerKeyId={providerKeyId} />}
    </details>
  );
}

/** Classes of tokens in the order in which they are charged; those that nobody reported are left out, except the two wholes. */
export function classesOf(log: Log): { name: string; tokens: number | null }[] {
  const parts: [string, number | null, boolean][] = [
    ["Input tokens", log.input_tokens, true],
    ["of them cached", log.cached_input_tokens, false],
    ["of them written to the cache", log.cache_write_tokens, false],
    ["billed input tokens", differing(log.billed_input_tokens, log.input_tokens), false],
    ["Output tokens", log.output_tokens, true],
    ["of them reasoning", log.reasoning_tokens, false],
    ["billed output tokens", differing(log.billed_output_tokens, log.output_tokens), false],
  ];
  return parts.filter(([, tokens, always]) => always || tokens !== null).map(([name, tokens]) => ({ name, tokens }));
}

function differing(billed: number | null, used: number | null): number | null {
  return billed === used ? null : billed;
}
