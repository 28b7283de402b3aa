import { useCallback, useState } from "react";
import { api } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Empty, Skeleton } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { Spinner } from "../../components/Spinner";
import { colour, size, space } from "../../theme";
import { DecisionView } from "./DecisionView";
import { ExplainerForm } from "./ExplainerForm";
import { read } from "./explainer";
import { useExplained } from "./useExplained";
import { useTyped } from "./useTyped";

export interface Props {
  suggestions: readonly string[];
  onTypeModel(): void;
  /** Counts what decisions depend on and this page has changed: then the same question is asked anew. */
  changes: number;
}

/** What would be decided now, for nothing. The question stands in the address, so that a link asks the same. */
export function ExplainerCard({ suggestions, onTypeModel, changes }: Props) {
  const path = useWorkspacePath();
  const [typed, change] = useTyped();
  const [again, setAgain] = useState(0);
  const { question, mistakes } = read(typed);
  const explained = useExplained(question, changes + again);
  const apiKeys = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (await api.get("/workspaces/{workspace_id}/api-keys", { path, query: { limit: 200 }, signal })).data.filter(
          (key) => key.status === "active",
        ),
      [path],
    ),
  );
  return (
    <Card
      title="Explain a decision"
      description="What a request would be decided to now, by this gateway's own measurements. Nobody is asked, and nothing is spent or counted."
      actions={
        question && (
          <Button small icon="refresh" onClick={() => setAgain(again + 1)}>
            Ask again
          </Button>
        )
      }
    >
      <div style={{ display: "grid", gap: space.xl }}>
        <ExplainerForm
          typed={typed}
          mistakes={mistakes}
          suggestions={suggestions}
          apiKeys={apiKeys.data ?? []}
          onChange={change}
          onTypeModel={onTypeModel}
        />
        <div aria-busy={explained.loading} style={{ display: "grid", gap: space.m }}>
          {explained.error && <Notice kind="bad">{explained.error.message}</Notice>}
          {question === undefined && (
            <Empty title="Type a model or an alias">
              Then you see who would be asked, in which order and why, and who would not.
            </Empty>
          )}
          {question !== undefined && explained.data === undefined && explained.error === undefined && (
            <Skeleton rows={5} />
          )}
          {question !== undefined && explained.data !== undefined && (
            <>
              <p role="status" style={{ minHeight: 20, color: colour.textMuted, fontSize: size.s }}>
                {explained.loading ? (
                  <span style={{ display: "inline-flex", gap: space.s, alignItems: "center" }}>
                    <Spinner /> Asking anew
                  </span>
                ) : (
                  `By configuration ${explained.data.snapshot_version} and the catalog ${explained.data.catalog_version}.`
                )}
              </p>
              <DecisionView decisions={explained.data.decisions} />
            </>
          )}
        </div>
      </div>
    </Card>
  );
}
