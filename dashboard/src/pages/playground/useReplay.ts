import { useEffect, useState } from "react";
import { api, isCancelled } from "../../api/client";
import { asApiError } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { type Replayed, replayed } from "./replay";

export type ReplayState = { state: "none" | "loading" } | { state: "ready" } | { state: "failed"; why: string };

/** Loads what a logged request has asked, once, and hands it over. requestId: null where there is none to load. */
export function useReplay(requestId: string | null, onReady: (replay: Replayed) => void): ReplayState {
  const path = useWorkspacePath();
  const mayRead = useSession().can("logs:read_content");
  const [state, setState] = useState<ReplayState>({ state: requestId === null ? "none" : "loading" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `onReady` is another function at every render
  useEffect(() => {
    if (requestId === null) return;
    if (!mayRead) {
      setState({ state: "failed", why: "Your role may not read what requests contain." });
      return;
    }
    const abort = new AbortController();
    const of = { path: { ...path, request_id: requestId }, signal: abort.signal };
    setState({ state: "loading" });
    Promise.all([
      api.get("/workspaces/{workspace_id}/logs/{request_id}/content", of),
      api.get("/workspaces/{workspace_id}/logs/{request_id}", of),
    ])
      .then(([content, log]) => {
        if (abort.signal.aborted) return;
        const { text, truncated } = content.data.request;
        const strategy = log.data.strategy_source === "header" ? log.data.strategy : null;
        const replay = text === null || truncated ? null : replayed(text, strategy);
        if (replay === null) {
          setState({
            state: "failed",
            why: truncated
              ? "Only the beginning of this request was kept: it was too long."
              : "This request is no chat request: the playground can not ask it.",
          });
          return;
        }
        setState({ state: "ready" });
        onReady(replay);
      })
      .catch((failure: unknown) => {
        if (!isCancelled(failure) && !abort.signal.aborted) {
          setState({ state: "failed", why: asApiError(failure).message });
        }
      });
    return () => abort.abort();
  }, [path, requestId, mayRead]);
  return state;
}
