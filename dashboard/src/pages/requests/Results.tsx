import type { CSSProperties, ReactNode, RefObject } from "react";
import { Button } from "../../components/Button";
import { LinkButton } from "../../components/LinkButton";
import { Empty, LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { formatCount, plural } from "../../format/numbers";
import { colour, space } from "../../theme";
import { HEADER_PX, RequestTable } from "./RequestTable";
import { LIVE_ROWS } from "./requestList";
import type { Requests } from "./useRequests";

export interface Props {
  requests: Requests;
  live: boolean;
  /** How many filters there are. */
  chips: number;
  keyName(id: string): string;
  openedId: string | null;
  scroller: RefObject<HTMLDivElement | null>;
  onOpen(id: string): void;
  onClear(): void;
}

/** px: the page's head, the toolbar and the space around them */
const TAKEN_PX = 216;
const CHIPS_PX = 40;

/** The table, or why there is none. */
export function Results({ requests, live, chips, keyName, openedId, scroller, onOpen, onClear }: Props) {
  return (
    <Card padding={0}>
      <LoadState of={{ ...requests, data: requests.list }} skeletonRows={12}>
        {(list) =>
          list.rows.length === 0 && list.next === null && requests.waiting === 0 ? (
            <NoRequests isFiltered={chips > 0} live={live} onClear={onClear} />
          ) : (
            <div style={{ position: "relative" }}>
              <LiveNotice
                requests={requests}
                onShow={() => {
                  scroller.current?.scrollTo({ top: 0 });
                  requests.showWaiting();
                }}
              />
              <RequestTable
                rows={list.rows}
                hasMore={list.next !== null && !list.paused}
                keyName={keyName}
                openedId={openedId}
                scroller={scroller}
                takenPx={chips > 0 ? TAKEN_PX + CHIPS_PX : TAKEN_PX}
                onOpen={onOpen}
                onEnd={requests.loadMore}
                end={<End requests={requests} live={live} />}
              />
            </div>
          )
        }
      </LoadState>
    </Card>
  );
}

function NoRequests({ isFiltered, live, onClear }: { isFiltered: boolean; live: boolean; onClear(): void }) {
  if (isFiltered) {
    return (
      <Empty title="No request matches these filters" action={<Button onClick={onClear}>Clear all filters</Button>}>
        {live ? "One that does will appear here when it comes in." : "Take one away, or choose a longer time."}
      </Empty>
    );
  }
  return (
    <Empty
      title="No requests yet"
      action={
        <LinkButton kind="primary" to="/app/onboarding">
          Make the first request
        </LinkButton>
      }
    >
      As soon as an application asks {window.location.origin}/v1 with an API key of this workspace, its requests are
      here, each with the whole decision.
    </Empty>
  );
}

/** Lies over the table's first rows: what one reads stays where it is. */
function LiveNotice({ requests, onShow }: { requests: Requests; onShow(): void }) {
  const { liveError, waiting } = requests;
  return (
    <div role="status" style={{ ...overTable, pointerEvents: "none" }}>
      {liveError && <Notice kind="warn">{liveError.message} New requests are not shown.</Notice>}
      {!liveError && waiting > 0 && (
        <Button small kind="primary" icon="arrowUp" onClick={onShow} style={{ pointerEvents: "auto" }}>
          {plural(waiting, "new request")}
        </Button>
      )}
    </div>
  );
}

const overTable: CSSProperties = {
  position: "absolute",
  insetInline: space.l,
  top: HEADER_PX + space.s,
  zIndex: 2,
  display: "grid",
  justifyItems: "center",
};

function End({ requests, live }: { requests: Requests; live: boolean }) {
  const { list, loadingMore, moreError, loadMore } = requests;
  if (moreError) {
    return (
      <Notice
        kind="bad"
        action={
          <Button small onClick={loadMore}>
            Try again
          </Button>
        }
      >
        {moreError.message}
      </Notice>
    );
  }
  if (list?.trimmed) {
    return (
      <Muted>
        The newest {formatCount(LIVE_ROWS)} are kept{live && ": switch live off to see older ones"}.
      </Muted>
    );
  }
  if (loadingMore) return <Muted>Searching older requests…</Muted>;
  if (list?.next != null && !list.paused) return <Muted>Older requests follow.</Muted>;
  if (list?.next != null) {
    return (
      <Button small onClick={loadMore}>
        Search further back
      </Button>
    );
  }
  return <Muted>{plural(list?.rows.length ?? 0, "request")}. There are no older ones that match.</Muted>;
}

function Muted({ children }: { children: ReactNode }) {
  return <span style={{ color: colour.textMuted }}>{children}</span>;
}
