import { useState } from "react";
import { Button } from "../../components/Button";
import { SecretField } from "../../components/Field";
import { formatTime } from "../../format/time";
import { colour, size, space } from "../../theme";
import type { PlaygroundKey } from "./useKey";

export interface Props {
  of: PlaygroundKey;
}

/** Which API key is used: its requests are counted and paid as those of any other. */
export function KeyLine({ of: { held, mayMake, paste, forget } }: Props) {
  const [isPasting, setPasting] = useState(false);
  if (held !== null) {
    return (
      <Line>
        {held.made ? "Uses an API key made for this page" : "Uses the API key that you pasted"}{" "}
        <code>…{held.key.slice(-4)}</code>
        {held.made && held.expiresAtMs !== null
          ? `, which ends at ${formatTime(new Date(held.expiresAtMs).toISOString())}`
          : ", kept in this tab only"}
        . Its requests cost what they cost.{" "}
        <Button kind="ghost" small onClick={forget}>
          Forget it
        </Button>
      </Line>
    );
  }
  if (mayMake && !isPasting) {
    return (
      <Line>
        The first message makes an API key for this page, which ends after an hour. Its requests cost what they cost.{" "}
        <Button kind="ghost" small onClick={() => setPasting(true)}>
          Paste one instead
        </Button>
      </Line>
    );
  }
  return (
    <PasteForm
      mayMake={mayMake}
      onPaste={(key) => {
        setPasting(false);
        paste(key);
      }}
    />
  );
}

function Line({ children }: { children: React.ReactNode }) {
  return <p style={{ color: colour.textMuted, fontSize: size.s }}>{children}</p>;
}

function PasteForm({ mayMake, onPaste }: { mayMake: boolean; onPaste(key: string): void }) {
  const [typed, setTyped] = useState("");
  const [mistake, setMistake] = useState<string>();
  return (
    <form
      style={{ display: "flex", flexWrap: "wrap", gap: space.s, alignItems: "end", maxWidth: 520 }}
      onSubmit={(event) => {
        event.preventDefault();
        const key = typed.trim();
        if (/^pk_[0-9a-f]{48}$/.test(key)) onPaste(key);
        else setMistake("An API key is pk_ and 48 letters and digits.");
      }}
    >
      <div style={{ flex: "1 1 240px" }}>
        <SecretField
          label="API key"
          hint={mayMake ? undefined : "Your role may not make API keys. Whoever may can give you one."}
          value={typed}
          error={mistake}
          onChange={setTyped}
        />
      </div>
      <Button type="submit">Use it</Button>
    </form>
  );
}
