import { useState } from "react";
import { useSession } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/Copy";
import { AnswerFacts } from "../../components/chat/AnswerFacts";
import { AnswerText } from "../../components/chat/AnswerText";
import { DecisionOf } from "../../components/decision/DecisionOf";
import { Badge, Notice } from "../../components/Notice";
import { Spinner } from "../../components/Spinner";
import { colour, size, space, weight } from "../../theme";
import type { AnswerTurn } from "./conversation";

export interface Props {
  turn: AnswerTurn;
  /** What can be done about a failed one. */
  onAskAgain?(): void;
  onAskWithoutImages?(): void;
  onCost(costNanousd: number | null): void;
}

export function AnswerView({ turn, onAskAgain, onAskWithoutImages, onCost }: Props) {
  const { can } = useSession();
  const [isOpen, setOpen] = useState(false);
  const { telling, state } = turn;
  const isEmpty = turn.text === "" && turn.reasoning === "" && turn.toolCalls.length === 0;
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.s }}>
      <h3 style={{ fontSize: size.s, fontWeight: weight.medium, color: colour.textMuted }}>
        Answer {state === "stopped" && <Badge>stopped</Badge>}
        {turn.finishReason === "length" && <Badge tone="warn">cut at the token limit</Badge>}
        {turn.finishReason === "content_filter" && <Badge tone="warn">cut by a content filter</Badge>}
      </h3>
      {turn.reasoning !== "" && (
        <details>
          <summary style={{ color: colour.textMuted, fontSize: size.s, minHeight: 24 }}>Reasoning</summary>
          <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", color: colour.textMuted, fontSize: size.s }}>
            {turn.reasoning}
          </p>
        </details>
      )}
      <AnswerText text={turn.text} />
      {turn.toolCalls.map((call, index) => (
        <div key={call.id || index} style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.xs }}>
          <p>
            Calls <code style={{ overflowWrap: "anywhere" }}>{call.function.name}</code>
          </p>
          <CodeBlock code={indented(call.function.arguments)} label={`Arguments of ${call.function.name}`} />
        </div>
      ))}
      {state === "streaming" && (
        <p style={{ color: colour.textMuted, display: "flex", gap: space.s, alignItems: "center" }}>
          <Spinner /> {isEmpty ? "Waiting for the first token" : "Answering"}
        </p>
      )}
      {state === "done" && isEmpty && <p style={{ color: colour.textMuted }}>The answer is empty.</p>}
      {turn.error && (
        <Notice kind="bad" action={<Remedies {...{ onAskAgain, onAskWithoutImages }} />}>
          {turn.error.message}
        </Notice>
      )}
      {telling !== null && telling.requestId !== "" && state !== "streaming" && (
        <AnswerFacts
          telling={telling}
          inputTokens={turn.inputTokens}
          outputTokens={turn.outputTokens}
          firstByteMs={turn.firstByteMs}
          durationMs={turn.durationMs}
          costNanousd={turn.costNanousd}
          onCost={onCost}
        >
          {can("logs:read") && (
            <Button
              kind="ghost"
              small
              icon={isOpen ? "chevronDown" : "chevronRight"}
              aria-expanded={isOpen}
              onClick={() => setOpen(!isOpen)}
            >
              Decision
            </Button>
          )}
        </AnswerFacts>
      )}
      {isOpen && telling !== null && <DecisionOf requestId={telling.requestId} />}
    </div>
  );
}

function Remedies({ onAskAgain, onAskWithoutImages }: Pick<Props, "onAskAgain" | "onAskWithoutImages">) {
  return (
    <span style={{ display: "inline-flex", flexWrap: "wrap", gap: space.s }}>
      {onAskWithoutImages && (
        <Button small onClick={onAskWithoutImages}>
          Ask without the images
        </Button>
      )}
      {onAskAgain && (
        <Button small icon="refresh" onClick={onAskAgain}>
          Ask again
        </Button>
      )}
    </span>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
