import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { useSession, useWorkspacePath } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { SecretField, TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { plural } from "../../format/numbers";
import { colour, space } from "../../theme";

export interface Props {
  apiKeys: readonly Schemas["ApiKey"][];
  /** The one that this tab holds */
  secret: string | null;
  onHeld(secret: string): void;
  onCreated(): void;
}

export function KeyStep({ apiKeys, secret, onHeld, onCreated }: Props) {
  const mayWrite = useSession().can("api_keys:write");
  const [isPasting, setPasting] = useState(!mayWrite);
  const active = apiKeys.filter(({ status }) => status === "active");
  if (secret !== null) {
    return (
      <>
        <p>
          Your application sends this as its bearer token. Copy it now: the server keeps only its hash, and this tab
          forgets it when it is closed.
        </p>
        <SecretOnce secret={secret} what="key" />
      </>
    );
  }
  return (
    <>
      <p style={{ overflowWrap: "anywhere" }}>
        An API key is what your application sends to Perpetuo. Give each application its own: then it has its own costs,
        limits and end.
        {active.length > 0 &&
          ` There ${active.length === 1 ? "is" : "are"} ${plural(active.length, "key")} already: ${namesOf(active)}.`}
      </p>
      {isPasting ? <PasteKey mayWrite={mayWrite} onHeld={onHeld} /> : <CreateKey {...{ onHeld, onCreated }} />}
      {mayWrite && (active.length > 0 || isPasting) && (
        <Button kind="ghost" small style={{ justifySelf: "start" }} onClick={() => setPasting(!isPasting)}>
          {isPasting ? "Create one" : "I have one: paste it"}
        </Button>
      )}
    </>
  );
}

/** Of the first three. */
function namesOf(keys: Props["apiKeys"]): string {
  const names = keys.slice(0, 3).map(({ name }) => name);
  return `${names.join(", ")}${keys.length > names.length ? ", …" : ""}`;
}

function CreateKey({ onHeld, onCreated }: Pick<Props, "onHeld" | "onCreated">) {
  const path = useWorkspacePath();
  const [name, setName] = useState("My application");
  const create = useAction(async () => {
    const { data } = await api.post("/workspaces/{workspace_id}/api-keys", { path, body: { name } });
    onHeld(data.key);
    onCreated();
  });
  return (
    <form
      style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "end" }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void create.run();
      }}
    >
      <div style={{ flex: "1 1 200px", maxWidth: 320 }}>
        <TextField
          label="Name"
          value={name}
          error={create.error?.field === "name" ? create.error.message : undefined}
          onChange={setName}
        />
      </div>
      <Button type="submit" kind="primary" busy={create.busy}>
        Create API key
      </Button>
      {create.error && create.error.field !== "name" && <Notice kind="bad">{create.error.message}</Notice>}
    </form>
  );
}

function PasteKey({ mayWrite, onHeld }: { mayWrite: boolean; onHeld(secret: string): void }) {
  const [typed, setTyped] = useState("");
  const [mistake, setMistake] = useState<string>();
  return (
    <form
      style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "end" }}
      onSubmit={(event) => {
        event.preventDefault();
        if (/^pk_[0-9a-f]{48}$/.test(typed.trim())) onHeld(typed.trim());
        else setMistake("An API key is pk_ and 48 letters and digits.");
      }}
    >
      <div style={{ flex: "1 1 240px", maxWidth: 440 }}>
        <SecretField label="API key" value={typed} error={mistake} onChange={setTyped} />
      </div>
      <Button type="submit">Use it</Button>
      {!mayWrite && (
        <p style={{ color: colour.textMuted, flexBasis: "100%" }}>
          Your role may not make API keys. Whoever may can give you one.
        </p>
      )}
    </form>
  );
}
