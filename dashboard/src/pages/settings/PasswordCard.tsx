import { useCallback, useState } from "react";
import { api } from "../../api/client";
import { useAction, useLoaded } from "../../api/hooks";
import { useSession } from "../../app/SessionContext";
import { Button } from "../../components/Button";
import { SecretField } from "../../components/Field";
import { missingOf, NewPasswordField } from "../../components/NewPasswordField";
import { Notice } from "../../components/Notice";
import { Card } from "../../components/Page";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";

export function PasswordCard() {
  const { user } = useSession();
  const tell = useTell();
  const rules = useLoaded(
    useCallback(async (signal: AbortSignal) => (await api.get("/auth/settings", { signal })).data, []),
  );
  const minCharacters = rules.data?.min_password_characters;
  const [current, setCurrent] = useState("");
  const [wanted, setWanted] = useState("");
  const [tooShort, setTooShort] = useState<string>();
  const change = useAction(async () => {
    await api.post("/auth/password", { body: { current_password: current, new_password: wanted } });
    setCurrent("");
    setWanted("");
    tell("Your password is changed. Every other session of yours has ended.");
  });
  const errorOf = (field: string) => (change.error?.field === field ? change.error.message : undefined);
  const submit = () => {
    const missing = missingOf(wanted, minCharacters ?? 12, user.email);
    setTooShort(missing ?? undefined);
    if (missing === null) void change.run();
  };
  return (
    <Card title="Password" description="Changing it ends every other session of yours.">
      <form
        method="post"
        style={{ display: "grid", gap: space.l, maxWidth: 420 }}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {/* So that a password manager knows whose it is. */}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        <SecretField
          label="Present password"
          name="current-password"
          autoComplete="current-password"
          required
          value={current}
          error={errorOf("current_password")}
          onChange={setCurrent}
        />
        <NewPasswordField
          label="New password"
          value={wanted}
          minCharacters={minCharacters}
          email={user.email}
          error={tooShort ?? errorOf("new_password")}
          onChange={(typed) => {
            setWanted(typed);
            setTooShort(undefined);
          }}
        />
        {change.error && change.error.field === null && <Notice kind="bad">{change.error.message}</Notice>}
        <Button type="submit" kind="primary" busy={change.busy} style={{ justifySelf: "start" }}>
          Change password
        </Button>
      </form>
    </Card>
  );
}
