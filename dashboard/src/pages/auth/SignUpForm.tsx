import { useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { missingOf, NewPasswordField } from "../../components/NewPasswordField";
import { space } from "../../theme";
import { FailureNotice, useSecondsLeft } from "./FailureNotice";

export interface Props {
  settings: Schemas["AuthSettings"];
  /** The token of an invitation, and whom it is for: then no workspace is made. */
  invitation?: { token: string; email: string };
  onSignedUp(reply: Schemas["SignedUp"]): Promise<void> | void;
}

const FIELDS = ["email", "password", "name", "workspace_name"];

export function SignUpForm({ settings, invitation, onSignedUp }: Props) {
  const [email, setEmail] = useState(invitation?.email ?? "");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const [workspaceName, setWorkspaceName] = useState("");
  const [tooShort, setTooShort] = useState<string>();
  const signUp = useAction(async () => {
    const body = {
      email,
      password,
      name,
      ...(invitation ? { invitation: invitation.token } : {}),
      ...(workspaceName.trim() === "" ? {} : { workspace_name: workspaceName }),
    };
    await onSignedUp((await api.post("/auth/signup", { body })).data);
  });
  const secondsLeft = useSecondsLeft(signUp.error);
  const errorOf = (field: string) => (signUp.error?.field === field ? signUp.error.message : undefined);

  const submit = () => {
    const missing = missingOf(password, settings.min_password_characters, email);
    setTooShort(missing ?? undefined);
    if (missing === null) void signUp.run();
  };
  return (
    <form
      method="post"
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        autoFocus={invitation === undefined}
        readOnly={invitation !== undefined}
        required
        value={email}
        error={errorOf("email")}
        onChange={setEmail}
      />
      <NewPasswordField
        value={password}
        minCharacters={settings.min_password_characters}
        email={email}
        error={tooShort ?? errorOf("password")}
        onChange={(typed) => {
          setPassword(typed);
          setTooShort(undefined);
        }}
      />
      <TextField
        label="Your name"
        optional
        name="name"
        autoComplete="name"
        maxLength={100}
        value={name}
        error={errorOf("name")}
        onChange={setName}
      />
      {invitation === undefined && (
        <TextField
          label="Workspace"
          optional
          hint="Keys, logs and costs of one team or product; you can rename it."
          name="workspace"
          autoComplete="organization"
          maxLength={100}
          value={workspaceName}
          error={errorOf("workspace_name")}
          onChange={setWorkspaceName}
        />
      )}
      <FailureNotice error={signUp.error} secondsLeft={secondsLeft} fields={FIELDS} />
      <Button type="submit" kind="primary" busy={signUp.busy} disabled={secondsLeft > 0}>
        {invitation === undefined ? "Sign up" : "Sign up and join"}
      </Button>
    </form>
  );
}
