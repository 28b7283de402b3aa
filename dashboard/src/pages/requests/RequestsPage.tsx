import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { Button, LinkButton } from "../../components/Button";
import { Empty, LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card, Page } from "../../components/Page";
import { plural } from "../../format/numbers";
import { colour } from "../../theme";
import { ExportDialog } from "./ExportDialog";
import { FilterChips } from "./FilterChips";
import { FilterPanel } from "./FilterPanel";
import { chipsOf, type Filters, NO_FILTERS, readFilters, writeFilters } from "./filters";
import { RequestDrawer } from "./RequestDrawer";
import { RequestTable } from "./RequestTable";
import { LIVE_ROWS } from "./requestList";
import { Toolbar } from "./Toolbar";
import { useNames } from "./useNames";
import { type Requests, useRequests } from "./useRequests";

/** px: whoever has scrolled further down reads, and is not disturbed by new ones. */
const AT_TOP_PX = 8;
/** px: the page's head, the toolbar and the space around them */
const TAKEN_PX = 216;
const CHIPS_PX = 40;

export function RequestsPage() {
  const [parameters, setParameters] = useSearchParams();
  const filters = useMemo(() => readFilters(parameters), [parameters]);
  const live = parameters.get("live") === "1";
  const openedId = parameters.get("request");
  const names = useNames();
  const [panelOpen, setPanelOpen] = useState(false);
  const [exporting, setExporting] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const isAtTop = useCallback(() => (scroller.current?.scrollTop ?? 0) <= AT_TOP_PX, []);
  const requests = useRequests(filters, live, isAtTop);
  const chips = chipsOf(filters, names.keyName);
  const isLastOpened = openedId !== null && requests.list?.rows.at(-1)?.id === openedId;
  const { loadMore } = requests;
  useEffect(() => {
    if (isLastOpened) loadMore();
  }, [isLastOpened, loadMore]);

  const changeFilters = useCallback(
    (change: Partial<Filters>) => {
      scroller.current?.scrollTo({ top: 0 });
      setParameters((before) => writeFilters(before, change), { replace: true });
    },
    [setParameters],
  );
  const setLive = (on: boolean) =>
    setParameters((before) => withParameter(before, "live", on ? "1" : null), { replace: true });
  // The first one opened is a step that "back" undoes; from one to the next is not.
  const open = useCallback(
    (id: string | null) =>
      setParameters((before) => withParameter(before, "request", id), { replace: openedId !== null }),
    [setParameters, openedId],
  );

  return (
    <Page
      title="Requests"
      description="Every request that came in, who answered it, and why."
      maxWidth={1800}
      actions={
        <Button icon="download" onClick={() => setExporting(true)}>
          Export
        </Button>
      }
    >
      <div style={{ display: "grid", gap: 12, gridTemplateColumns: "minmax(0, 1fr)" }}>
        <Toolbar
          filters={filters}
          onChange={changeFilters}
          panelOpen={panelOpen}
          onPanel={() => setPanelOpen(!panelOpen)}
          live={live}
          onLive={setLive}
        />
        {panelOpen && (
          <FilterPanel filters={filters} apiKeys={names.apiKeys} vendors={names.vendors} onChange={changeFilters} />
        )}
        <FilterChips
          chips={chips}
          onRemove={(removed) => changeFilters(Object.fromEntries(removed.map((name) => [name, NO_FILTERS[name]])))}
          onClear={() => changeFilters(NO_FILTERS)}
        />
        <Card padding={0}>
          <LoadState of={{ ...requests, data: requests.list }} skeletonRows={12}>
            {(list) =>
              list.rows.length === 0 && list.next === null && requests.waiting === 0 ? (
                <NoRequests isFiltered={chips.length > 0} live={live} onClear={() => changeFilters(NO_FILTERS)} />
              ) : (
                <>
                  <LiveNotice
                    requests={requests}
                    onShow={() => {
                      scroller.current?.scrollTo({ top: 0 });
                      requests.showWaiting();
                    }}
                  />
                  <RequestTable
                    rows={list.rows}
                    hasMore={list.next !== null}
                    keyName={names.keyName}
                    openedId={openedId}
                    scroller={scroller}
                    takenPx={chips.length > 0 ? TAKEN_PX + CHIPS_PX : TAKEN_PX}
                    onOpen={open}
                    onEnd={requests.loadMore}
                    end={<End requests={requests} live={live} />}
                  />
                </>
              )
            }
          </LoadState>
        </Card>
      </div>
      {openedId !== null && (
        <RequestDrawer
          requestId={openedId}
          keyName={names.keyName}
          {...neighbours(requests, openedId, open)}
          onClose={() => open(null)}
        />
      )}
      {exporting && <ExportDialog filters={filters} chips={chips} onClose={() => setExporting(false)} />}
    </Page>
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

function LiveNotice({ requests, onShow }: { requests: Requests; onShow(): void }) {
  if (requests.liveError) return <Notice kind="warn">{requests.liveError.message} New requests are not shown.</Notice>;
  if (requests.waiting === 0) return null;
  return (
    <Notice
      kind="info"
      action={
        <Button small icon="arrowUp" onClick={onShow}>
          Show
        </Button>
      }
    >
      {plural(requests.waiting, "new request")}
    </Notice>
  );
}

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
        The newest {LIVE_ROWS.toLocaleString("en-US")} are kept{live && ": switch live off to see older ones"}.
      </Muted>
    );
  }
  if (loadingMore) return <Muted>Searching older requests…</Muted>;
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

function withParameter(parameters: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  if (value === null) changed.delete(name);
  else changed.set(name, value);
  return changed;
}

/** What leads from the opened request to the ones beside it in the list. */
function neighbours(requests: Requests, openedId: string, open: (id: string) => void) {
  const rows = requests.list?.rows ?? [];
  const index = rows.findIndex((log) => log.id === openedId);
  const newer = index > 0 ? rows[index - 1] : undefined;
  const older = index >= 0 ? rows[index + 1] : undefined;
  return {
    onNewer: newer === undefined ? null : () => open(newer.id),
    onOlder: older === undefined ? null : () => open(older.id),
  };
}
