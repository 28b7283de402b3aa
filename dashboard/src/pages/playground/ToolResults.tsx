import { useState } from "react";
import type { ToolCall } from "../../api/answer";
import { Button } from "../../components/Button";
import { TextAreaField } from "../../components/Field";
import { space } from "../../theme";

export interface Props {
  calls: readonly ToolCall[];
  /** In the order of `calls` */
  onSend(results: string[]): void;
}

/** The model waits for what its calls have given. */
export function ToolResults({ calls, onSend }: Props) {
  const [results, setResults] = useState<string[]>(() => calls.map(() => ""));
  return (
    <form
      aria-label="Results of the calls"
      style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.s }}
      onSubmit={(event) => {
        event.preventDefault();
        onSend(results);
      }}
    >
      {calls.map((call, index) => (
        <TextAreaField
          key={call.id || index}
          label={`Result of ${call.function.name}`}
          rows={2}
          mono
          value={results[index] ?? ""}
          onChange={(result) => setResults(results.map((each, at) => (at === index ? result : each)))}
        />
      ))}
      <Button type="submit" small style={{ justifySelf: "end" }}>
        Send the results
      </Button>
    </form>
  );
}
