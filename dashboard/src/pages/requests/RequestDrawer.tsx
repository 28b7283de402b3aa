import { type ReactNode, useCallback, useEffect, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button, IconButton } from "../../components/Button";
import { Copy } from "../../components/Copy";
import { Dialog } from "../../components/Dialog";
import { DecisionSteps } from "../../components/decision/DecisionSteps";
import { LinkButton } from "../../components/LinkButton";
import { LoadState } from "../../components/LoadState";
import { Facts } from "../../components/Page";
import { Time } from "../../components/Values";
import { colour, size, space, weight } from "../../theme";
import { curlOf } from "./curl";
import { RecordedContent } from "./RecordedContent";
import { ReplyHeaders } from "./ReplyHeaders";

export interface Props {
  requestId: string;
  keyName(id: string): string;
  providerKeyNames: ReadonlyMap<string, string>;
  /** Null where there is none. */
  onNewer: (() => void) | null;
  onOlder: (() => void) | null;
  onClose(): void;
}

/** Everything about one request. The arrows to the left and right lead to its neighbours in the list. */
export function RequestDrawer({ requestId, keyName, providerKeyNames, onNewer, onOlder, onClose }: Props) {
  const path = useWorkspacePath();
  const { can } = useSession();
  const mayRead = can("logs:read_content");
  const log = useLoaded(
    useCallback(
      async (signal: AbortSignal) =>
        (
          await api.get("/workspaces/{workspace_id}/logs/{request_id}", {
            path: { ...path, request_id: requestId },
            signal,
          })
        ).data,
      [path, requestId],
    ),
  );
  const [askedFor, setAskedFor] = useState<string>();
  const keeps = useKeepsContent();
  const shows = mayRead && (keeps === true || askedFor === requestId);
  useArrowKeys(onNewer, onOlder);
  return (
    <Dialog title="Request" drawer width={760} onClose={onClose}>
      <div style={{ display: "grid", gap: space.xl, gridTemplateColumns: "minmax(0, 1fr)" }}>
        <div style={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: space.s }}>
          <code style={{ overflowWrap: "anywhere", fontSize: size.s }}>{requestId}</code>
          <Copy text={requestId} what="request id" />
          <span style={{ marginLeft: "auto", display: "inline-flex" }}>
            <Step icon="chevronLeft" label="Newer request (arrow left)" onClick={onNewer} />
            <Step icon="chevronRight" label="Older request (arrow right)" onClick={onOlder} />
          </span>
        </div>
        <LoadState of={log} skeletonRows={10}>
          {(loaded) => (
            <Details
              log={loaded}
              keyName={keyName}
              providerKeyNames={providerKeyNames}
              content={mayRead && keeps !== undefined ? { shows, onAsk: () => setAskedFor(requestId) } : undefined}
            />
          )}
        </LoadState>
      </div>
    </Dialog>
  );
}

function Step({
  icon,
  label,
  onClick,
}: {
  icon: "chevronLeft" | "chevronRight";
  label: string;
  onClick: (() => void) | null;
}) {
  return <IconButton icon={icon} label={label} disabled={onClick === null} onClick={() => onClick?.()} />;
}

interface DetailsProps {
  log: Schemas["LogDetail"];
  keyName(id: string): string;
  providerKeyNames: ReadonlyMap<string, string>;
  /** undefined: it may not be read, or it is not known yet whether there is any. */
  content: { shows: boolean; onAsk(): void } | undefined;
}

function Details({ log, keyName, providerKeyNames, content }: DetailsProps) {
  const [body, setBody] = useState<{ of: string; text: string | null }>();
  return (
    <>
      <DecisionSteps log={log} keyNames={providerKeyNames} />
      <div style={{ display: "flex", flexWrap: "wrap", gap: space.s }}>
        <Copy
          text={curlOf(log, body?.of === log.id ? body.text : null, window.location.origin)}
          what="curl command"
          label="Copy as curl"
        />
        <LinkButton small icon="play" to={`/app/playground?replay=${encodeURIComponent(log.id)}`}>
          Replay in the playground
        </LinkButton>
      </div>
      <Part title="Who and when">
        <Facts facts={factsOf(log, keyName)} />
      </Part>
      <Part title="Headers of the reply">
        <ReplyHeaders log={log} />
      </Part>
      {content && (
        <Part title="Content">
          {content.shows ? (
            <RecordedContent
              requestId={log.id}
              onLoaded={(request) => setBody({ of: log.id, text: request.truncated ? null : request.text })}
            />
          ) : (
            <p style={{ color: colour.textMuted }}>
              This workspace does not keep what is asked and answered.{" "}
              <Button small kind="ghost" onClick={content.onAsk}>
                Look whether it did then
              </Button>
            </p>
          )}
        </Part>
      )}
    </>
  );
}

/** undefined: not known yet. */
function useKeepsContent(): boolean | undefined {
  const path = useWorkspacePath();
  const settings = useLoaded(
    useCallback(
      async (signal: AbortSignal) => (await api.get("/workspaces/{workspace_id}/settings", { path, signal })).data,
      [path],
    ),
  );
  return settings.error === undefined ? settings.data?.log_content : false;
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} style={{ display: "grid", gap: space.s, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <h3
        style={{
          fontSize: size.m,
          fontWeight: weight.bold,
          paddingTop: space.l,
          borderTop: `1px solid ${colour.line}`,
        }}
      >
        {title}
      </h3>
      {children}
    </section>
  );
}

function factsOf(log: Schemas["LogDetail"], keyName: (id: string) => string) {
  const tags = Object.entries(log.tags);
  return [
    { name: "Received", value: <Time at={log.received_at} /> },
    { name: "API key", value: keyName(log.api_key_id) },
    { name: "Endpoint", value: <code>{log.endpoint}</code> },
    { name: "Streamed", value: log.streaming ? "yes" : "no" },
    ...(log.finish_reason === null ? [] : [{ name: "Ended with", value: <code>{log.finish_reason}</code> }]),
    ...(log.end_user === null ? [] : [{ name: "End user", value: log.end_user }]),
    ...(tags.length === 0 ? [] : [{ name: "Tags", value: tags.map(([name, value]) => `${name}=${value}`).join(", ") }]),
  ];
}

/** Not where the arrows move something else: in a field, or in a block of code that scrolls. */
function useArrowKeys(onNewer: (() => void) | null, onOlder: (() => void) | null) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.target instanceof Element && event.target.closest("pre, input, textarea, select") !== null) return;
      const step = event.key === "ArrowLeft" ? onNewer : event.key === "ArrowRight" ? onOlder : null;
      if (step === null) return;
      event.preventDefault();
      step();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [onNewer, onOlder]);
}
