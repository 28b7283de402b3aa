import { useEffect, useState } from "react";
import { ApiError, api, isCancelled, type Schemas } from "../../api/client";
import { asApiError } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Skeleton } from "../LoadState";
import { Notice } from "../Notice";
import { DecisionSteps } from "./DecisionSteps";

export interface Props {
  requestId: string;
}

/** A request's row is written a moment after its answer. */
const EVERY_MS = 700;
const PATIENCE_MS = 20_000;

const NOT_THERE = new ApiError("It is not in the log yet.", 404, "not_found");

/** The decision of a request that has just been answered: waits for its row. */
export function DecisionOf({ requestId }: Props) {
  const path = useWorkspacePath();
  const [log, setLog] = useState<Schemas["LogDetail"]>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const untilMs = Date.now() + PATIENCE_MS;
    setLog(undefined);
    setError(undefined);
    const ask = async () => {
      try {
        const found = await find(path, requestId, abort.signal);
        if (abort.signal.aborted) return;
        if (found !== undefined) setLog(found);
        else if (Date.now() < untilMs) timer = setTimeout(ask, EVERY_MS);
        else setError(NOT_THERE);
      } catch (failure) {
        if (!isCancelled(failure) && !abort.signal.aborted) setError(asApiError(failure));
      }
    };
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, requestId]);

  if (log !== undefined) return <DecisionSteps log={log} />;
  if (error === undefined) return <Skeleton rows={4} />;
  return (
    <Notice kind={error.status === 404 ? "info" : "bad"}>
      {error.status === 404
        ? `The request ${requestId} is not in the log yet. It will be found under Requests.`
        : error.message}
    </Notice>
  );
}

/** Searched for first: a request that is not there yet is then no error, which browsers would write down. */
async function find(
  path: { workspace_id: string },
  requestId: string,
  signal: AbortSignal,
): Promise<Schemas["LogDetail"] | undefined> {
  const list = await api.get("/workspaces/{workspace_id}/logs", {
    path,
    query: { request_id: requestId, limit: 1 },
    signal,
  });
  if (list.data.length === 0) return undefined;
  const detail = await api.get("/workspaces/{workspace_id}/logs/{request_id}", {
    path: { ...path, request_id: requestId },
    signal,
  });
  return detail.data;
}
