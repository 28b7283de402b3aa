import { useCallback, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction, usePages } from "../../api/hooks";
import { useSession } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/Dialog";
import { LoadState } from "../../components/LoadState";
import { Badge, Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { ShowMore } from "../../components/ShowMore";
import { type Column, Table } from "../../components/Table";
import { useTell } from "../../components/Toasts";
import { Time } from "../../components/Values";
import { plural } from "../../format/numbers";
import { colour, size, space, weight } from "../../theme";
import { browserOf } from "./browserOf";

type Session = Schemas["Session"];

/** Where one is signed in. */
export function SessionsCard() {
  const { signOut } = useSession();
  const tell = useTell();
  const sessions = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) => api.get("/auth/sessions", { query: { cursor }, signal }),
      [],
    ),
  );
  const [asking, setAsking] = useState(false);
  const end = useAction(async (session: Session) => {
    await api.delete("/auth/sessions/{session_id}", { path: { session_id: session.id } });
    tell("The session has ended.");
    sessions.reload();
  });
  const others = sessions.data?.filter((session) => !session.current) ?? [];
  const columns: Column<Session>[] = [
    {
      title: "Browser",
      cell: (session) => (
        <div style={{ minWidth: 140 }}>
          <div style={{ fontWeight: weight.medium, overflowWrap: "anywhere" }} title={session.user_agent}>
            {browserOf(session.user_agent)} {session.current && <Badge tone="good">this one</Badge>}
          </div>
          <div style={{ color: colour.textMuted, fontSize: size.s }}>{session.address}</div>
        </div>
      ),
    },
    { title: "Signed in", notOnPhones: true, cell: (session) => <Time at={session.created_at} relative /> },
    { title: "Last used", notOnPhones: true, cell: (session) => <Time at={session.last_used_at} relative /> },
    { title: "Ends", notOnPhones: true, cell: (session) => <Time at={session.expires_at} relative /> },
    {
      title: "Actions",
      hiddenTitle: true,
      numeric: true,
      cell: (session) =>
        session.current ? (
          <Button small onClick={() => void signOut()}>
            Log out
          </Button>
        ) : (
          <Button small disabled={end.busy} onClick={() => void end.run(session)}>
            End
          </Button>
        ),
    },
  ];
  return (
    <Card
      padding={0}
      title="Sessions"
      description="Where you are signed in. End what you do not know, and change your password then."
      actions={
        others.length > 0 && (
          <Button small onClick={() => setAsking(true)}>
            End all others
          </Button>
        )
      }
    >
      <div style={{ paddingTop: space.m }}>
        {end.error && <Notice kind="bad">{end.error.message}</Notice>}
        <LoadState of={sessions} skeletonRows={3}>
          {(rows) => <Table caption="Sessions" columns={columns} rows={rows} rowKey={(session) => session.id} />}
        </LoadState>
      </div>
      <ShowMore of={sessions} />
      {asking && (
        <EndOthers
          known={others.length}
          hasMore={sessions.hasMore}
          onClose={() => setAsking(false)}
          onEnded={sessions.reload}
        />
      )}
    </Card>
  );
}

interface EndOthersProps {
  known: number;
  hasMore: boolean;
  onClose(): void;
  onEnded(): void;
}

function EndOthers({ known, hasMore, onClose, onEnded }: EndOthersProps) {
  const tell = useTell();
  const end = useAction(async () => {
    const ended = await endOtherSessions();
    tell(`${plural(ended, "session has", "sessions have")} ended.`);
    onEnded();
    onClose();
  });
  return (
    <ConfirmDialog
      title="End all other sessions?"
      confirm="End them"
      busy={end.busy}
      error={end.error}
      onConfirm={() => void end.run()}
      onClose={onClose}
    >
      {plural(known, "session")}
      {hasMore && " and more"}: whoever uses one has to log in again. This one stays.
    </ConfirmDialog>
  );
}

/** One after the other: there is no call for all but this one. Gives how many there were. */
async function endOtherSessions(): Promise<number> {
  let ended = 0;
  let cursor: string | undefined;
  do {
    const page = await api.get("/auth/sessions", { query: { cursor, limit: 200 } });
    for (const session of page.data.filter((each) => !each.current)) {
      await api.delete("/auth/sessions/{session_id}", { path: { session_id: session.id } });
      ended += 1;
    }
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ended;
}
