import { useEffect, useState } from "react";
import { type ApiError, api, isCancelled, type Schemas } from "../../api/client";
import { asApiError } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import type { Question } from "./explainer";

export interface Explained {
  /** Of the last question that was answered: it stays while another one is asked. */
  data: Schemas["RouteExplained"] | undefined;
  error: ApiError | undefined;
  loading: boolean;
}

/** While somebody types, nothing is asked. */
const TYPING_MS = 250;

/** question: undefined = there is none, and nothing is shown. */
export function useExplained(question: Question | undefined, turn: number): Explained {
  const path = useWorkspacePath();
  const [state, setState] = useState<Explained>({ data: undefined, error: undefined, loading: false });
  const asked = question === undefined ? undefined : JSON.stringify(question);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks the same question anew
  useEffect(() => {
    if (asked === undefined) {
      setState({ data: undefined, error: undefined, loading: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const timer = setTimeout(async () => {
      try {
        const body = JSON.parse(asked) as Question;
        const { data } = await api.post("/workspaces/{workspace_id}/route/explain", {
          path,
          body,
          signal: abort.signal,
        });
        if (!abort.signal.aborted) setState({ data, error: undefined, loading: false });
      } catch (failure) {
        if (abort.signal.aborted || isCancelled(failure)) return;
        setState({ data: undefined, error: asApiError(failure), loading: false });
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [asked, path, turn]);
  return state;
}
