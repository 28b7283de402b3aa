import { useEffect, useRef, useState } from "react";
import { useAction } from "../../api/hooks";
import { useSession } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { type Choice, Segmented } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { formatBytes } from "../../format/numbers";
import { colour, size, space } from "../../theme";
import { type ExportFormat, fetchExport, saveFile } from "./exportRequests";
import { type Chip, type Filters, queryOf } from "./filters";

export interface Props {
  filters: Filters;
  chips: readonly Chip[];
  onClose(): void;
}

const FORMATS: readonly Choice<ExportFormat>[] = [
  { value: "csv", label: "CSV" },
  { value: "jsonl", label: "JSON lines" },
];

/** As 3,700 requests of the browser tests' gateway came out. */
const SIZE_OF_THOUSAND: Record<ExportFormat, string> = { csv: "0.4 MB", jsonl: "0.9 MB" };

export function ExportDialog({ filters, chips, onClose }: Props) {
  const { workspace } = useSession();
  const tell = useTell();
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [loadedBytes, setLoadedBytes] = useState(0);
  const abort = useRef(new AbortController());
  useEffect(() => {
    abort.current = new AbortController();
    return () => abort.current.abort();
  }, []);
  const save = useAction(async () => {
    setLoadedBytes(0);
    const file = await fetchExport({
      workspaceId: workspace.id,
      query: queryOf(filters, Date.now()),
      format,
      signal: abort.current.signal,
      onProgress: setLoadedBytes,
    });
    saveFile(file, `perpetuo-requests-${new Date().toISOString().slice(0, 10)}.${format}`);
    tell(`Exported ${formatBytes(file.size)}.`);
    onClose();
  });
  return (
    <Dialog title="Export requests" onClose={onClose} width={460}>
      <form
        style={{ display: "grid", gap: space.l }}
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <p style={{ color: colour.textMuted, overflowWrap: "anywhere" }}>
          {chips.length === 0
            ? "Every request of this workspace that is still kept, as one file."
            : `Every request with ${chips.map((chip) => chip.text).join(", ")}, as one file.`}{" "}
          It may be large: a thousand requests are about {SIZE_OF_THOUSAND[format]}. Keep this page open until it is
          there.
        </p>
        <div>
          <Segmented<ExportFormat>
            label="Format"
            value={format}
            choices={FORMATS}
            disabled={save.busy}
            onChange={setFormat}
          />
        </div>
        <p style={{ color: colour.textMuted, fontSize: size.s }}>
          {format === "csv"
            ? "For spreadsheets: a text that one would take for a formula has an apostrophe before it."
            : "One JSON object a line, as the API shows requests."}
        </p>
        {save.error && <Notice kind="bad">{save.error.message}</Notice>}
        <div style={{ display: "flex", justifyContent: "flex-end", alignItems: "center", gap: space.s }}>
          <span role="status" style={{ color: colour.textMuted, fontSize: size.s, marginRight: "auto" }}>
            {save.busy && `${formatBytes(loadedBytes)} so far`}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" icon="download" busy={save.busy}>
            Export
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
