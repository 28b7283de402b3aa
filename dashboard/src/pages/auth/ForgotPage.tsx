import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { CodeBlock } from "../../components/Copy";
import { TextField } from "../../components/Field";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { colour, space } from "../../theme";
import { FailureNotice, useSecondsLeft } from "./FailureNotice";
import { useAuthSettings } from "./useAuthSettings";

export function ForgotPage() {
  const settings = useAuthSettings();
  return (
    <AuthLayout title="Forgotten password" footer={<Link to="/app/login">Back to the login</Link>}>
      <LoadState of={settings} skeletonRows={3}>
        {(offered) => (offered.sends_mail ? <ByMail /> : <ByOperator />)}
      </LoadState>
    </AuthLayout>
  );
}

function ByMail() {
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string>();
  const ask = useAction(async () => {
    await api.post("/auth/forgot", { body: { email } });
    setSentTo(email);
  });
  const secondsLeft = useSecondsLeft(ask.error);
  if (sentTo !== undefined) {
    return (
      <Notice kind="good">
        If {sentTo} has an account, a mail with a link is on its way. The link works once, within an hour.
      </Notice>
    );
  }
  return (
    <form
      method="post"
      style={{ display: "grid", gap: space.l }}
      onSubmit={(event) => {
        event.preventDefault();
        void ask.run();
      }}
    >
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="username"
        autoFocus
        required
        value={email}
        onChange={setEmail}
      />
      <FailureNotice error={ask.error} secondsLeft={secondsLeft} />
      <Button type="submit" kind="primary" busy={ask.busy} disabled={secondsLeft > 0}>
        Send me a link
      </Button>
    </form>
  );
}

function ByOperator() {
  return (
    <div style={{ display: "grid", gap: space.l, gridTemplateColumns: "minmax(0, 1fr)" }}>
      <p>
        This installation sends no mail. Ask one of its operators for a link to set a new password: they make it under
        Admin, Users.
      </p>
      <p style={{ color: colour.textMuted }}>You are the operator? On the machine that it runs on:</p>
      <CodeBlock label="Make a link" code="perpetuo admin reset-link you@example.com" />
      <p style={{ color: colour.textMuted }}>
        If it was started with <code>perpetuo up</code>, the first password is in <code>first-run.json</code> of the
        data directory that was printed, and each start prints a link that signs in.
      </p>
    </div>
  );
}
