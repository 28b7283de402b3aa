import { useState } from "react";
import { Link } from "react-router";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { Button } from "../../components/Button";
import { SecretField, TextField } from "../../components/Field";
import { size, space } from "../../theme";
import { FailureNotice, useSecondsLeft } from "./FailureNotice";

export interface Props {
  /** Given: it can not be another one. */
  email?: string;
  submit?: string;
  onSignedIn(reply: Schemas["SignedIn"]): Promise<void>;
}

export function LoginForm({ email: fixedEmail, submit = "Log in", onSignedIn }: Props) {
  const [email, setEmail] = useState(fixedEmail ?? "");
  const [password, setPassword] = useState("");
  const login = useAction(async () => {
    await onSignedIn((await api.post("/auth/login", { body: { email, password } })).data);
  });
  const secondsLeft = useSecondsLeft(login.error);
  return (
    <form
      method="post"
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        void login.run();
      }}
    >
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        autoFocus={fixedEmail === undefined}
        readOnly={fixedEmail !== undefined}
        required
        value={email}
        onChange={setEmail}
      />
      <div style={{ display: "grid", gap: space.xs }}>
        <SecretField
          label="Password"
          name="password"
          autoComplete="current-password"
          autoFocus={fixedEmail !== undefined}
          required
          value={password}
          onChange={setPassword}
        />
        <Link to="/app/forgot" style={{ fontSize: size.s, justifySelf: "start", lineHeight: "24px" }}>
          Forgotten password
        </Link>
      </div>
      <FailureNotice error={login.error} secondsLeft={secondsLeft} />
      <Button type="submit" kind="primary" busy={login.busy} disabled={secondsLeft > 0}>
        {submit}
      </Button>
    </form>
  );
}
