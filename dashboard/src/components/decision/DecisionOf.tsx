import { useEffect, useState } from "react";
import { type ApiError, api, isCancelled, type Schemas } from "../../api/client";
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
        const { signal } = abort;
        // By the list, which is empty where the detail would be a 404, and browsers complain of those.
        const found = await api.get("/workspaces/{workspace_id}/logs", {
          path,
          query: { request_id: requestId, limit: 1 },
          signal,
        });
        if (found.data.length === 0 && !signal.aborted && Date.now() < untilMs) {
          timer = setTimeout(ask, EVERY_MS);
          return;
        }
        const { data } = await api.get("/workspaces/{workspace_id}/logs/{request_id}", {
          path: { ...path, request_id: requestId },
          signal,
        });
        if (!signal.aborted) setLog(data);
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
