import { type AnswerTurn, type Column, NO_WISHES, newId, type Turn, type Wishes } from "./conversation";

/** Conversations survive a reload of the page in this tab: bounded, because sessionStorage holds 5 MB in all. */
const MAX_CHARS = 1_000_000;

export function keptColumns(workspaceId: string): Column[] | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(nameOf(workspaceId)) ?? "null");
    if (!Array.isArray(kept) || kept.length === 0 || kept.length > 2) return null;
    return kept.map((column: Partial<Column>) => ({
      id: newId(),
      wishes: { ...NO_WISHES, ...textsOf(column.wishes) },
      turns: Array.isArray(column.turns) ? column.turns.map(restored) : [],
    }));
  } catch {
    return null;
  }
}

/** Images are not kept, nor what does not fit: then the oldest turns go. */
export function keepColumns(workspaceId: string, columns: readonly Column[]): void {
  let kept = columns.map(({ wishes, turns }) => ({ wishes, turns: turns.map(withoutImages) }));
  let text = JSON.stringify(kept);
  while (text.length > MAX_CHARS && kept.some(({ turns }) => turns.length > 0)) {
    kept = kept.map(({ wishes, turns }) => ({ wishes, turns: fromNextMessage(turns) }));
    text = JSON.stringify(kept);
  }
  try {
    sessionStorage.setItem(nameOf(workspaceId), text);
  } catch {
    // It is full: the conversation goes on, it only does not survive a reload.
  }
}

function nameOf(workspaceId: string): string {
  return `perpetuo.playground.${workspaceId}`;
}

function textsOf(wishes: Partial<Wishes> | undefined): Partial<Wishes> {
  return Object.fromEntries(
    Object.entries(wishes ?? {}).filter(([name, value]) => name in NO_WISHES && typeof value === "string"),
  );
}

/** An answer that was on its way has been stopped by leaving the page. */
function restored(turn: Turn): Turn {
  return turn.kind === "answer" && turn.state === "streaming" ? ({ ...turn, state: "stopped" } as AnswerTurn) : turn;
}

function withoutImages(turn: Turn): Turn {
  return turn.kind === "user" ? { ...turn, images: [], lostImages: turn.lostImages + turn.images.length } : turn;
}

/** A conversation begins with a message of the user's. */
function fromNextMessage(turns: Turn[]): Turn[] {
  const next = turns.findIndex((turn, index) => index > 0 && turn.kind === "user");
  return next === -1 ? [] : turns.slice(next);
}
