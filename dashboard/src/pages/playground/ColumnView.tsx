import { Button } from "../../components/Button";
import { Card } from "../../components/Page";
import { colour, font, radius, size, space } from "../../theme";
import { AnswerView } from "./AnswerView";
import { type AnswerTurn, type Column, type Mistakes, openCallsOf, type Turn, type Wishes } from "./conversation";
import { ToolResults } from "./ToolResults";
import { UserView } from "./UserView";
import { WishesForm } from "./WishesForm";

export interface Props {
  title: string;
  column: Column;
  mistakes: Mistakes;
  modelNames: readonly string[];
  onWishes(change: Partial<Wishes>): void;
  /** Asks with these turns instead of the column's. */
  onAsk(turns: Turn[]): void;
  onCost(turnId: string, costNanousd: number | null): void;
  onShowCode(): void;
  onClose?(): void;
}

/** One conversation: whom it asks, and what was said. */
export function ColumnView(props: Props) {
  const { title, column, mistakes, modelNames, onWishes, onAsk, onShowCode, onClose } = props;
  const { turns } = column;
  const last = turns.at(-1);
  const isAsking = last?.kind === "answer" && last.state === "streaming";
  const openCalls = openCallsOf(turns);
  return (
    <Card
      title={title}
      actions={
        <span style={{ display: "inline-flex", gap: space.xs }}>
          <Button kind="ghost" small onClick={onShowCode}>
            As code
          </Button>
          {onClose && (
            <Button kind="ghost" small icon="cross" onClick={onClose}>
              Close
            </Button>
          )}
        </span>
      }
    >
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: space.l }}>
        <WishesForm wishes={column.wishes} mistakes={mistakes} modelNames={modelNames} onChange={onWishes} />
        {turns.length > 0 && (
          <ol
            aria-label={`Messages of ${title}`}
            style={{
              listStyle: "none",
              display: "grid",
              gridTemplateColumns: "minmax(0, 1fr)",
              gap: space.l,
              borderTop: `1px solid ${colour.line}`,
              paddingTop: space.l,
            }}
          >
            {turns.map((turn, index) => (
              <li key={turn.id} style={{ minWidth: 0 }}>
                <TurnView {...props} turn={turn} index={index} isAsking={isAsking} />
              </li>
            ))}
          </ol>
        )}
        {openCalls.length > 0 && (
          <ToolResults
            key={last?.id}
            calls={openCalls}
            onSend={(results) =>
              onAsk([
                ...turns,
                ...openCalls.map((call, index) => ({
                  kind: "tool" as const,
                  id: `${last?.id}-${index}`,
                  callId: call.id,
                  name: call.function.name,
                  content: results[index] ?? "",
                })),
              ])
            }
          />
        )}
        {last !== undefined && last.kind !== "answer" && (
          <Button small style={{ justifySelf: "start" }} onClick={() => onAsk(turns)}>
            Ask
          </Button>
        )}
      </div>
    </Card>
  );
}

function TurnView(props: Props & { turn: Turn; index: number; isAsking: boolean }) {
  const { column, turn, index, isAsking, onAsk, onCost } = props;
  const before = column.turns.slice(0, index);
  if (turn.kind === "user") {
    const resend = (text: string) => onAsk([...before, { ...turn, text }]);
    return <UserView turn={turn} onResend={isAsking ? undefined : resend} />;
  }
  if (turn.kind === "tool") return <ToolView name={turn.name} content={turn.content} />;
  const isLast = index === column.turns.length - 1;
  const withoutImages = before.map((each) => (each.kind === "user" ? { ...each, images: [] } : each));
  return (
    <AnswerView
      turn={turn}
      onAskAgain={isLast ? () => onAsk(before) : undefined}
      onAskWithoutImages={isLast && isAboutImages(turn, before) ? () => onAsk(withoutImages) : undefined}
      onCost={(costNanousd) => onCost(turn.id, costNanousd)}
    />
  );
}

/** Nobody can carry the request, and images are in it: without them somebody may. */
function isAboutImages({ error }: AnswerTurn, before: readonly Turn[]): boolean {
  const hasImages = before.some((turn) => turn.kind === "user" && turn.images.length > 0);
  return hasImages && error !== null && error.status >= 400 && error.status < 500 && error.message.includes("vision");
}

function ToolView({ name, content }: { name: string; content: string }) {
  return (
    <div style={{ padding: space.m, borderRadius: radius.m, background: colour.sunken }}>
      <p style={{ color: colour.textMuted, fontSize: size.s }}>Result{name === "" ? "" : ` of ${name}`}</p>
      <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", fontFamily: font.mono, fontSize: size.s }}>
        {content}
      </p>
    </div>
  );
}
