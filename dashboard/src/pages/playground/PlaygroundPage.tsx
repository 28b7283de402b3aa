import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useAction } from "../../api/hooks";
import { currentWorkspaceId } from "../../api/session";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { CodeSamples } from "../../components/chat/CodeSamples";
import { Dialog } from "../../components/Dialog";
import { Skeleton } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card, Page } from "../../components/Page";
import { colour, space } from "../../theme";
import { ColumnView } from "./ColumnView";
import { Composer, type Draft } from "./Composer";
import {
  bodyOf,
  type Column,
  headersOf,
  type Mistakes,
  NO_WISHES,
  newId,
  openCallsOf,
  STRATEGIES,
  type Turn,
  type Wishes,
} from "./conversation";
import { KeyLine } from "./KeyLine";
import { keepColumns, keptColumns } from "./kept";
import type { Replayed } from "./replay";
import { useAsking } from "./useAsking";
import { useKey } from "./useKey";
import { useModelNames } from "./useModelNames";
import { useReplay } from "./useReplay";

const FIRST_MODEL = "perpetuo/chat-default";
const NO_DRAFT: Draft = { text: "", images: [] };

export function PlaygroundPage() {
  const { workspace_id: workspaceId } = useWorkspacePath();
  // Another workspace has other keys, names and conversations.
  return <Playground key={workspaceId} workspaceId={workspaceId} />;
}

function Playground({ workspaceId }: { workspaceId: string }) {
  const [search, setSearch] = useSearchParams();
  const [replayId] = useState(() => search.get("replay"));
  const key = useKey();
  const { columns, setColumns, ask, stop, told } = useAsking(() => firstColumns(workspaceId, search), key.forget);
  const modelNames = useModelNames(key.held?.key ?? null);
  const [draft, setDraft] = useState(NO_DRAFT);
  const [mistakes, setMistakes] = useState<Record<string, Mistakes>>({});
  const [codeOfColumn, setCodeOfColumn] = useState<string>();
  const [leftOut, setLeftOut] = useState<string[]>([]);
  useKept(workspaceId, columns);
  useEndInSight(columns);
  // What the address asked for is in the columns now; from here on they go their own way.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (search.size > 0) setSearch({}, { replace: true });
  }, []);
  const replay = useReplay(replayId, (replayedRequest) => {
    const { column, draft: last } = columnOf(replayedRequest);
    setColumns([column]);
    setDraft(last);
    setLeftOut(replayedRequest.leftOut);
  });

  const send = useAction(async (wanted: { column: Column; turns: Turn[] }[]) => {
    const found = Object.fromEntries(wanted.map(({ column, turns }) => [column.id, bodyOf(column.wishes, turns)[1]]));
    setMistakes(found);
    if (Object.values(found).some((each) => Object.keys(each).length > 0)) return false;
    const secret = await key.obtain();
    if (secret === null) return false;
    for (const { column, turns } of wanted) void ask(column, turns, secret);
    return true;
  });
  const sendDraft = async () => {
    const text = draft.text;
    const turn = { kind: "user" as const, id: newId(), text, images: draft.images, lostImages: 0 };
    if (await send.run(columns.map((column) => ({ column, turns: [...column.turns, turn] })))) setDraft(NO_DRAFT);
  };
  const change = (id: string, with_: (column: Column) => Column) =>
    setColumns((all) => all.map((each) => (each.id === id ? with_(each) : each)));
  const setCost = (id: string, turnId: string, costNanousd: number | null) =>
    change(id, (column) => ({
      ...column,
      turns: column.turns.map((turn) => (turn.id === turnId ? { ...turn, costNanousd } : turn)),
    }));
  const shownInCode = columns.find((column) => column.id === codeOfColumn);
  const isCompared = columns.length > 1;

  return (
    <Page
      title="Playground"
      description="Ask as an application would, and see who answered, why, and what it cost."
      maxWidth={isCompared ? 1800 : 960}
      actions={
        <>
          {!isCompared && (
            <Button icon="split" onClick={() => setColumns((all) => [...all, beside(all[0])])}>
              Compare side by side
            </Button>
          )}
          <Button
            icon="trash"
            disabled={columns.every((column) => column.turns.length === 0)}
            onClick={() => {
              for (const { id } of columns) stop(id);
              setColumns((all) => all.map((each) => ({ ...each, id: newId(), turns: [] })));
            }}
          >
            Clear
          </Button>
        </>
      }
    >
      <KeyLine of={key} />
      {replay.state === "loading" && <Skeleton rows={2} />}
      {replay.state === "failed" && <Notice kind="warn">The request can not be replayed. {replay.why}</Notice>}
      {replay.state === "ready" && (
        <Notice kind="info">
          This is what request {replayId} has asked; nothing is sent until you send it.
          {leftOut.length > 0 && ` Left out, because the playground has no place for it: ${leftOut.join(", ")}.`}
        </Notice>
      )}
      <div style={gridStyle}>
        {columns.map((column, index) => (
          <ColumnView
            key={column.id}
            title={isCompared ? (["Left", "Right"][index] ?? "") : "Conversation"}
            column={column}
            mistakes={mistakes[column.id] ?? {}}
            modelNames={modelNames}
            onWishes={(changed) => {
              change(column.id, (each) => ({ ...each, wishes: { ...each.wishes, ...changed } }));
              setMistakes({ ...mistakes, [column.id]: without(mistakes[column.id], changed) });
            }}
            onAsk={(turns) => void send.run([{ column, turns }])}
            onCost={(turnId, costNanousd) => setCost(column.id, turnId, costNanousd)}
            onShowCode={() => setCodeOfColumn(column.id)}
            onClose={
              isCompared
                ? () => {
                    stop(column.id);
                    setColumns((all) => all.filter((each) => each.id !== column.id));
                  }
                : undefined
            }
          />
        ))}
      </div>
      <Card style={{ position: "sticky", bottom: space.m, boxShadow: `0 6px 24px ${colour.shadow}` }}>
        <Composer
          draft={draft}
          isAsking={columns.some(isAsking)}
          isPreparing={send.busy}
          blocked={blockedBy(columns, key.held === null && !key.mayMake)}
          onChange={setDraft}
          onSend={() => void sendDraft()}
          onStop={() => {
            for (const { id } of columns) stop(id);
          }}
        />
        {send.error && <Notice kind="bad">{send.error.message}</Notice>}
      </Card>
      <p role="status" className="visually-hidden">
        {told}
      </p>
      {shownInCode && (
        <Dialog title="This request as code" width={760} onClose={() => setCodeOfColumn(undefined)}>
          <CodeSamples request={requestInCode(shownInCode, draft)} />
        </Dialog>
      )}
    </Page>
  );
}

const gridStyle = {
  display: "grid",
  gap: space.l,
  gridTemplateColumns: "repeat(auto-fit, minmax(min(100%, 380px), 1fr))",
  alignItems: "start",
} as const;

/** While an answer grows its end stays in sight, unless somebody has scrolled away from it. */
function useEndInSight(columns: readonly Column[]): void {
  const isAtEnd = useRef(false);
  const isGrowing = columns.some(isAsking);
  useEffect(() => {
    const note = () => {
      isAtEnd.current = window.innerHeight + window.scrollY > document.documentElement.scrollHeight - NEAR_PX;
    };
    window.addEventListener("scroll", note, { passive: true });
    return () => window.removeEventListener("scroll", note);
  }, []);
  // A new answer: whoever has asked wants to see it.
  useEffect(() => {
    if (isGrowing) isAtEnd.current = true;
  }, [isGrowing]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the columns have changed
  useEffect(() => {
    if (isAtEnd.current) window.scrollTo(0, document.documentElement.scrollHeight);
  }, [columns]);
}

const NEAR_PX = 120;

/** Kept once it is quiet, and when the page is left. */
function useKept(workspaceId: string, columns: readonly Column[]): void {
  const latest = useRef(columns);
  latest.current = columns;
  useEffect(() => {
    const timer = setTimeout(() => keepColumns(workspaceId, columns), 400);
    return () => clearTimeout(timer);
  }, [workspaceId, columns]);
  useEffect(() => {
    const keep = () => keepColumns(workspaceId, latest.current);
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      // Logging out has forgotten the key and the rest: it stays forgotten.
      if (currentWorkspaceId() === workspaceId) keep();
    };
  }, [workspaceId]);
}

/** `?model=` and `?strategy=` go into the first column. */
function firstColumns(workspaceId: string, search: URLSearchParams): Column[] {
  const kept = keptColumns(workspaceId) ?? [newColumn({ ...NO_WISHES, model: FIRST_MODEL })];
  const model = search.get("model");
  const strategy = STRATEGIES.find((each) => each === search.get("strategy"));
  return kept.map((column, index) =>
    index === 0
      ? { ...column, wishes: { ...column.wishes, ...(model ? { model } : {}), ...(strategy ? { strategy } : {}) } }
      : column,
  );
}

function newColumn(wishes: Wishes, turns: Turn[] = []): Column {
  return { id: newId(), wishes, turns };
}

/** A second conversation, which asks as the first one does until it is told otherwise. */
function beside(first: Column | undefined): Column {
  return newColumn(first?.wishes ?? { ...NO_WISHES, model: FIRST_MODEL });
}

/** The last message of a replayed request is to be edited; what was before it has been said. */
function columnOf({ wishes, turns }: Replayed): { column: Column; draft: Draft } {
  const last = turns.at(-1);
  if (last?.kind !== "user") return { column: newColumn(wishes, turns), draft: NO_DRAFT };
  return { column: newColumn(wishes, turns.slice(0, -1)), draft: { text: last.text, images: last.images } };
}

function isAsking({ turns }: Column): boolean {
  const last = turns.at(-1);
  return last?.kind === "answer" && last.state === "streaming";
}

function blockedBy(columns: readonly Column[], isWithoutKey: boolean): string | null {
  if (isWithoutKey) return "Paste an API key above first.";
  const waits = columns.some((column) => openCallsOf(column.turns).length > 0);
  return waits ? "A model waits for the results of its calls: send them first." : null;
}

function without(mistakes: Mistakes | undefined, changed: Partial<Wishes>): Mistakes {
  return Object.fromEntries(Object.entries(mistakes ?? {}).filter(([field]) => !(field in changed)));
}

/** With the message that is being written; where there is none, the last request that was sent. */
function requestInCode(column: Column, draft: Draft) {
  const isWritten = draft.text.trim() !== "" || draft.images.length > 0;
  const lastAsked = column.turns.findLastIndex((turn) => turn.kind !== "answer");
  const turns: Turn[] = isWritten
    ? [...column.turns, { kind: "user", id: "", text: draft.text, images: draft.images, lostImages: 0 }]
    : column.turns.slice(0, lastAsked + 1);
  return { body: bodyOf(column.wishes, turns)[0], headers: headersOf(column.wishes) };
}
