import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { Button } from "../../components/Button";
import { Page } from "../../components/Page";
import { useOpened } from "../../components/useOpened";
import { space } from "../../theme";
import { ExportDialog } from "./ExportDialog";
import { FilterChips } from "./FilterChips";
import { FilterPanel } from "./FilterPanel";
import { chipsOf, type Filters, NO_FILTERS, readFilters, writeFilters } from "./filters";
import { RequestDrawer } from "./RequestDrawer";
import { Results } from "./Results";
import type { Log } from "./requestList";
import { Toolbar } from "./Toolbar";
import { useNames } from "./useNames";
import { useRequests } from "./useRequests";

/** px: whoever has scrolled further down reads, and is not disturbed by new ones. */
const AT_TOP_PX = 8;

export function RequestsPage() {
  const [parameters, setParameters] = useSearchParams();
  const filters = useMemo(() => readFilters(parameters), [parameters]);
  const live = parameters.get("live") === "1";
  const [openedId, open] = useOpened("request");
  const names = useNames();
  const [panelOpen, setPanelOpen] = useState(false);
  const [exporting, setExporting] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const isAtTop = useCallback(() => (scroller.current?.scrollTop ?? 0) <= AT_TOP_PX, []);
  const requests = useRequests(filters, live, isAtTop);
  const chips = chipsOf(filters, names.keyName);
  const changeFilters = useCallback(
    (change: Partial<Filters>) => {
      scroller.current?.scrollTo({ top: 0 });
      setParameters((before) => writeFilters(before, change), { replace: true });
    },
    [setParameters],
  );
  const setLive = (on: boolean) =>
    setParameters((before) => withParameter(before, "live", on ? "1" : null), { replace: true });

  const rows = requests.list?.rows ?? NO_ROWS;
  const neighbours = useNeighbours(rows, openedId, open);
  const isLastOpened = openedId !== null && rows.at(-1)?.id === openedId;
  const { loadMore } = requests;
  useEffect(() => {
    if (isLastOpened) loadMore();
  }, [isLastOpened, loadMore]);

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
      <div style={{ display: "grid", gap: space.m, gridTemplateColumns: "minmax(0, 1fr)" }}>
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
        <Results
          requests={requests}
          live={live}
          chips={chips.length}
          keyName={names.keyName}
          openedId={openedId}
          scroller={scroller}
          onOpen={open}
          onClear={() => changeFilters(NO_FILTERS)}
        />
      </div>
      {openedId !== null && (
        <RequestDrawer
          requestId={openedId}
          keyName={names.keyName}
          providerKeyNames={names.providerKeyNames}
          {...neighbours}
          onClose={() => open(null)}
        />
      )}
      {exporting && <ExportDialog filters={filters} chips={chips} onClose={() => setExporting(false)} />}
    </Page>
  );
}

function withParameter(parameters: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const changed = new URLSearchParams(parameters);
  if (value === null) changed.delete(name);
  else changed.set(name, value);
  return changed;
}

const NO_ROWS: readonly Log[] = [];

/** What leads from the opened request to the ones beside it in the list; null where there is none. */
function useNeighbours(rows: readonly Log[], openedId: string | null, open: (id: string) => void) {
  // The address is written a moment after a key was pressed, and the next key may be faster.
  const at = useRef(openedId);
  useEffect(() => {
    at.current = openedId;
  }, [openedId]);
  const step = (by: number) => {
    const index = rows.findIndex((log) => log.id === at.current);
    const to = index < 0 ? undefined : rows[index + by];
    if (to === undefined) return;
    at.current = to.id;
    open(to.id);
  };
  const index = rows.findIndex((log) => log.id === openedId);
  return {
    onNewer: index > 0 ? () => step(-1) : null,
    onOlder: index >= 0 && index < rows.length - 1 ? () => step(1) : null,
  };
}
