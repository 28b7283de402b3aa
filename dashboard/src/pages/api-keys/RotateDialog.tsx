import { useState } from "react";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { Dialog } from "../../components/Dialog";
import { SelectField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { colour, space } from "../../theme";
import type { ApiKey } from "./ApiKeysPage";

export interface Props {
  apiKey: ApiKey;
  onClose(): void;
  onRotated(): void;
}

const OVERLAPS = [
  { value: "0", label: "Ends at once" },
  { value: "3600", label: "Goes on for an hour" },
  { value: "86400", label: "Goes on for a day" },
  { value: "604800", label: "Goes on for a week" },
] as const;

export function RotateDialog({ apiKey, onClose, onRotated }: Props) {
  const path = useWorkspacePath();
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]["value"]>("86400");
  const [secret, setSecret] = useState<string>();
  const rotate = useAction(async () => {
    const { data } = await api.post("/workspaces/{workspace_id}/api-keys/{api_key_id}/rotate", {
      path: { ...path, api_key_id: apiKey.id },
      body: { overlap_s: Number(overlap) },
    });
    setSecret(data.key);
    onRotated();
  });
  return (
    <Dialog title={secret === undefined ? `Rotate ${apiKey.name}` : "Your new API key"} onClose={onClose}>
      {secret === undefined ? (
        <form
          style={{ display: "grid", gap: space.l }}
          onSubmit={(event) => {
            event.preventDefault();
            void rotate.run();
          }}
        >
          <p style={{ color: colour.textMuted }}>
            A new key with the same name and limits takes its place. The old one can go on while you change the
            application.
          </p>
          <SelectField label="The old key" value={overlap} choices={OVERLAPS} onChange={setOverlap} />
          {rotate.error && <Notice kind="bad">{rotate.error.message}</Notice>}
          <div style={{ display: "flex", justifyContent: "flex-end", gap: space.s }}>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" kind="primary" busy={rotate.busy}>
              Rotate
            </Button>
          </div>
        </form>
      ) : (
        <div style={{ display: "grid", gap: space.l }}>
          <Notice kind="warn">Copy it now: it is shown this once, and only its hash is kept.</Notice>
          <SecretOnce secret={secret} what="key" />
          <Button onClick={onClose} style={{ justifySelf: "end" }}>
            Done
          </Button>
        </div>
      )}
    </Dialog>
  );
}
