import { useState } from "react";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { space } from "../../theme";

export interface Props {
  /** Of the workspace that was made; one owns it. */
  onCreated(workspaceId: string): Promise<void>;
}

export function NewWorkspaceForm({ onCreated }: Props) {
  const [name, setName] = useState("");
  const create = useAction(async () => {
    const { data } = await api.post("/workspaces", { body: { name } });
    await onCreated(data.id);
  });
  const wrongName = create.error?.field === "name" ? create.error.message : undefined;
  return (
    <form
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        void create.run();
      }}
    >
      <TextField
        label="Name"
        hint="Of a team, a product or an environment. You can rename it."
        required
        autoFocus
        maxLength={100}
        value={name}
        error={wrongName}
        onChange={setName}
      />
      {create.error && wrongName === undefined && <Notice kind="bad">{create.error.message}</Notice>}
      <Button type="submit" kind="primary" busy={create.busy} style={{ justifySelf: "start" }}>
        Create workspace
      </Button>
    </form>
  );
}
