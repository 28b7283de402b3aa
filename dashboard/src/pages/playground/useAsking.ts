import { useCallback, useEffect, useRef, useState } from "react";
import { askChat, GatewayError } from "../../api/gateway";
import { type AnswerTurn, bodyOf, type Column, headersOf, newId, type Turn } from "./conversation";

export interface Asking {
  columns: Column[];
  setColumns: React.Dispatch<React.SetStateAction<Column[]>>;
  /** Sends these turns in this column, and puts the answer behind them as it arrives. */
  ask(column: Column, turns: Turn[], key: string): Promise<void>;
  stop(columnId: string): void;
  /** What has just been answered, for those who do not see it. */
  told: string;
}

const MAX_TOLD_CHARS = 2_000;

/** onRefused: the gateway does not know the key (any more). */
export function useAsking(initial: () => Column[], onRefused: () => void): Asking {
  const [columns, setColumns] = useState(initial);
  const [told, setTold] = useState("");
  const running = useRef(new Map<string, AbortController>());
  const latestRefused = useRef(onRefused);
  latestRefused.current = onRefused;
  useEffect(() => {
    const all = running.current;
    return () => {
      for (const abort of all.values()) abort.abort();
    };
  }, []);

  const ask = useCallback(async (column: Column, turns: Turn[], key: string) => {
    running.current.get(column.id)?.abort();
    const abort = new AbortController();
    running.current.set(column.id, abort);
    const id = newId();
    let turn = newAnswer(id);
    setColumns((all) => all.map((each) => (each.id === column.id ? { ...each, turns: [...turns, turn] } : each)));
    const show = (change: Partial<AnswerTurn>) => {
      turn = { ...turn, ...change };
      const shown = turn;
      setColumns((all) => all.map((each) => withTurn(each, column.id, shown)));
    };
    const frame = atFrames(show);
    const headers = headersOf(column.wishes);
    try {
      const answered = await askChat(bodyOf(column.wishes, turns)[0], {
        key,
        signal: abort.signal,
        strategy: headers["X-Perpetuo-Route"],
        substitution: headers["X-Perpetuo-Substitution"],
        onProgress: ({ text, reasoning, refusal, toolCalls, usage }, telling) =>
          frame.put({ text: text || refusal, reasoning, toolCalls, telling, ...tokensOf(usage) }),
      });
      frame.end();
      const { answer, telling, stopped, firstByteMs, durationMs } = answered;
      const { reasoning, toolCalls, finishReason } = answer;
      const text = answer.text || answer.refusal;
      show({
        ...{ state: stopped ? "stopped" : "done", text, reasoning, toolCalls, finishReason },
        ...{ telling: telling.requestId === "" ? null : telling, firstByteMs, durationMs, ...tokensOf(answer.usage) },
      });
      setTold(`${stopped ? "Stopped" : "Answered"}: ${text.slice(0, MAX_TOLD_CHARS)}`);
    } catch (failure) {
      frame.end();
      if (!(failure instanceof GatewayError)) throw failure;
      const { message, code, param, status, telling } = failure;
      show({ state: "failed", error: { message, code, param, status }, telling: telling ?? turn.telling });
      if (status === 401) latestRefused.current();
    } finally {
      if (running.current.get(column.id) === abort) running.current.delete(column.id);
    }
  }, []);
  const stop = useCallback((columnId: string) => running.current.get(columnId)?.abort(), []);
  return { columns, setColumns, ask, stop, told };
}

/** Tokens come faster than a screen is drawn: what came since the last frame is shown at once. */
function atFrames(show: (change: Partial<AnswerTurn>) => void) {
  let waiting: Partial<AnswerTurn> | undefined;
  let frame: number | undefined;
  return {
    put(change: Partial<AnswerTurn>) {
      waiting = change;
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        if (waiting !== undefined) show(waiting);
        waiting = undefined;
      });
    },
    end() {
      if (frame !== undefined) cancelAnimationFrame(frame);
      if (waiting !== undefined) show(waiting);
      waiting = undefined;
    },
  };
}

function withTurn(column: Column, columnId: string, turn: AnswerTurn): Column {
  if (column.id !== columnId) return column;
  return { ...column, turns: column.turns.map((each) => (each.id === turn.id ? turn : each)) };
}

function tokensOf(usage: { inputTokens: number | null; outputTokens: number | null } | null) {
  return { inputTokens: usage?.inputTokens ?? null, outputTokens: usage?.outputTokens ?? null };
}

function newAnswer(id: string): AnswerTurn {
  return {
    ...{ kind: "answer", id, state: "streaming", text: "", reasoning: "", toolCalls: [], finishReason: null },
    ...{ inputTokens: null, outputTokens: null, telling: null, firstByteMs: null, durationMs: null, error: null },
  };
}
