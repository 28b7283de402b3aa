import { useCallback, useRef, useState } from "react";
import { api } from "../../api/client";
import { useLoaded } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/Copy";
import { Sentence } from "../../components/decision/Sentence";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { formatBytes } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { type ContentPart, readable, textOfAnswer } from "./content";

export interface Props {
  requestId: string;
  /** So that the request can be made again. */
  onLoaded(request: ContentPart): void;
}

/** What was asked and answered, where the workspace kept it; else why it is not here. */
export function RecordedContent({ requestId, onLoaded }: Props) {
  const path = useWorkspacePath();
  const latest = useRef(onLoaded);
  latest.current = onLoaded;
  const content = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const { data } = await api.get("/workspaces/{workspace_id}/logs/{request_id}/content", {
          path: { ...path, request_id: requestId },
          signal,
        });
        latest.current(data.request);
        return data;
      },
      [path, requestId],
    ),
  );
  if (content.error?.status === 404) {
    return (
      <p style={{ color: colour.textMuted }}>
        <Sentence text={content.error.message} />
      </p>
    );
  }
  return (
    <LoadState of={content}>
      {({ request, answer }) => (
        <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "minmax(0, 1fr)" }}>
          <Part name="Request" part={request} />
          <Part name="Answer" part={answer} said={answer.text === null ? null : textOfAnswer(answer.text)} />
        </div>
      )}
    </LoadState>
  );
}

const SHOWN_CHARS = 6_000;

function Part({ name, part, said = null }: { name: string; part: ContentPart; said?: string | null }) {
  const [all, setAll] = useState(false);
  const text = part.text === null ? null : readable(part.text);
  return (
    <div style={{ display: "grid", gap: space.s, minWidth: 0 }}>
      <h4 style={{ fontSize: size.s }}>
        {name} <span style={{ color: colour.textMuted, fontWeight: 400 }}>{formatBytes(part.whole_bytes)}</span>
      </h4>
      {part.truncated && (
        <Notice kind="warn">
          Only its beginning was kept: {formatBytes(keptBytes(part))} of {formatBytes(part.whole_bytes)}.
        </Notice>
      )}
      {said !== null && (
        <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }} data-testid="answer-text">
          {cut(said, all)}
        </p>
      )}
      {text === "" && <p style={{ color: colour.textMuted }}>Nothing.</p>}
      {text !== null && text !== "" && (
        <details open={said === null}>
          <summary style={{ color: colour.textMuted, fontSize: size.s, marginBottom: space.s }}>
            {said === null ? "As it was sent" : "As it was sent, with everything around the text"}
          </summary>
          <CodeBlock code={cut(text, all)} label={`${name} as it was sent`} />
        </details>
      )}
      {text === null && <p style={{ color: colour.textMuted }}>It is not text, so it is not shown.</p>}
      {!all && Math.max(text?.length ?? 0, said?.length ?? 0) > SHOWN_CHARS && (
        <Button small onClick={() => setAll(true)} style={{ justifySelf: "start" }}>
          Show all of it
        </Button>
      )}
    </div>
  );
}

function cut(text: string, all: boolean): string {
  return all || text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}…`;
}

function keptBytes(part: ContentPart): number {
  if (part.text !== null) return new TextEncoder().encode(part.text).length;
  return Math.floor(((part.base64?.length ?? 0) * 3) / 4);
}
