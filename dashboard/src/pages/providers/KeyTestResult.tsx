import type { Schemas } from "../../api/client";
import { Notice } from "../../components/Notice";
import { formatDuration, plural } from "../../format/numbers";

export interface Props {
  result: Schemas["KeyTest"];
}

/** What the provider said to a test, in its words. */
export function KeyTestResult({ result }: Props) {
  return (
    <Notice kind={result.ok ? "good" : "bad"}>
      <span style={{ overflowWrap: "anywhere" }}>
        {result.message} {factsOf(result)}
      </span>
    </Notice>
  );
}

export function factsOf(result: Schemas["KeyTest"]): string {
  const parts = [
    result.status !== null && !result.ok && `status ${result.status}`,
    result.models_found !== null && `${plural(result.models_found, "model")} found`,
    result.what === "chat" && result.model !== null && `asked ${result.model} for one token`,
    `took ${formatDuration(result.duration_ms)}`,
  ].filter((part) => part !== false);
  return `(${parts.join(", ")})`;
}
