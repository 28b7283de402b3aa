import { useCallback, useMemo } from "react";
import { useLoaded, useNow } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { LinkButton } from "../../components/LinkButton";
import { Empty, LoadState, Skeleton } from "../../components/LoadState";
import { Card, Page } from "../../components/Page";
import { RangePicker, useRange } from "../../components/RangePicker";
import { Time } from "../../components/Values";
import { formatStart } from "../../format/time";
import { colour, size, space } from "../../theme";
import { Attention } from "./Attention";
import { troubleOf } from "./attention";
import { CostCard } from "./CostCard";
import { PeriodCharts } from "./PeriodCharts";
import { ProvidersNow } from "./ProvidersNow";
import { loadPeriod, type Period } from "./period";
import { loadState } from "./state";
import { Tiles } from "./Tiles";

const EVERY_MS = 30_000;
const STATE_EVERY_MS = 60_000;

export function OverviewPage() {
  const path = useWorkspacePath();
  const { workspace } = useSession();
  const [range, setRange] = useRange();
  const nowMs = useNow();
  const period = useLoaded(
    useCallback((signal: AbortSignal) => loadPeriod(path, range, signal), [path, range]),
    EVERY_MS,
  );
  const state = useLoaded(
    useCallback((signal: AbortSignal) => loadState(path, signal), [path]),
    STATE_EVERY_MS,
  );
  const keyNames = useMemo(
    () => (state.data === undefined ? null : new Map(state.data.apiKeys.map((key) => [key.id, key.name]))),
    [state.data],
  );
  const isFresh = period.data?.usage.newest_request_at === null;

  return (
    <Page title="Overview" actions={<RangePicker value={range.name} onChange={setRange} />}>
      {state.data === undefined ? (
        <LoadState of={state} skeletonRows={1}>
          {() => null}
        </LoadState>
      ) : (
        <Attention
          troubles={troubleOf({
            ...state.data,
            suspended: workspace.suspended,
            unpriced: period.data?.unpriced ?? [],
            nowMs,
          })}
        />
      )}
      {isFresh ? (
        <FirstRequest />
      ) : (
        <>
          {period.data === undefined && period.error === undefined ? (
            <Loading />
          ) : (
            <LoadState of={period}>
              {(loaded) => (
                <div style={{ display: "grid", gap: space.l, minWidth: 0 }}>
                  <Tiles period={loaded} />
                  <AsOf period={loaded} nowMs={nowMs} />
                  <PeriodCharts period={loaded} />
                </div>
              )}
            </LoadState>
          )}
          <CostCard range={range} everyMs={EVERY_MS} keyNames={keyNames} />
        </>
      )}
      {state.data !== undefined && state.data.health.length > 0 && <ProvidersNow keys={state.data.health} />}
    </Page>
  );
}

interface AsOfProps {
  period: Period;
  nowMs: number;
}

const OLD_MS = 5 * 60_000;

/** What time the figures are of, and how new the newest request in them is. */
function AsOf({ period, nowMs }: AsOfProps) {
  const { since, interval, newest_request_at: newest } = period.usage;
  const isOld = newest !== null && nowMs - Date.parse(newest) > OLD_MS;
  return (
    <p style={{ color: colour.textMuted, fontSize: size.xs }}>
      Since {formatStart(since, interval)}, by whole {interval}s. Requests that were rejected before any provider was
      asked are in the requests only.
      {isOld && (
        <>
          {" "}
          The newest request counted is of <Time at={newest} relative />.
        </>
      )}
    </p>
  );
}

function FirstRequest() {
  return (
    <Card>
      <Empty
        title="No requests yet"
        action={
          <LinkButton kind="primary" to="/app/onboarding" icon="arrowRight">
            Send the first request
          </LinkButton>
        }
      >
        Requests, cost, latency and errors of this workspace are shown here as soon as something is asked.
      </Empty>
    </Card>
  );
}

/** As high as what comes. */
function Loading() {
  return (
    <div style={{ display: "grid", gap: space.l, minHeight: 560 }}>
      <Skeleton rows={2} height={84} />
      <Skeleton rows={1} height={260} />
    </div>
  );
}
