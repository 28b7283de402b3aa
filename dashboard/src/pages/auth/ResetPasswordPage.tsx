import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client";
import { useAction } from "../../api/hooks";
import { forgetSession } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { LinkButton } from "../../components/LinkButton";
import { missingOf, NewPasswordField } from "../../components/NewPasswordField";
import { Notice } from "../../components/Notice";
import { useTell } from "../../components/Toasts";
import { space } from "../../theme";
import { FailureNotice, useSecondsLeft } from "./FailureNotice";
import { useAuthSettings } from "./useAuthSettings";
import { useFragmentToken } from "./useFragmentToken";

export function ResetPasswordPage() {
  const token = useFragmentToken();
  return (
    <AuthLayout
      title="New password"
      description={token !== null && "It ends every session of your account, wherever you are signed in."}
      footer={<Link to="/app/login">To the login</Link>}
    >
      {token === null ? <NoToken /> : <NewPassword token={token} />}
    </AuthLayout>
  );
}

function NewPassword({ token }: { token: string }) {
  const settings = useAuthSettings();
  const minCharacters = settings.data?.min_password_characters;
  const [password, setPassword] = useState("");
  const [tooShort, setTooShort] = useState<string>();
  const tell = useTell();
  const navigate = useNavigate();
  const reset = useAction(async () => {
    await api.post("/auth/reset", { body: { token, password } });
    forgetSession();
    tell("Your new password is set: log in with it.");
    navigate("/app/login", { replace: true });
  });
  const secondsLeft = useSecondsLeft(reset.error);
  const submit = () => {
    const missing = missingOf(password, minCharacters ?? 12);
    setTooShort(missing ?? undefined);
    if (missing === null) void reset.run();
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
      <NewPasswordField
        label="New password"
        value={password}
        minCharacters={minCharacters}
        error={tooShort ?? (reset.error?.field === "password" ? reset.error.message : undefined)}
        onChange={(typed) => {
          setPassword(typed);
          setTooShort(undefined);
        }}
      />
      <FailureNotice error={reset.error} secondsLeft={secondsLeft} fields={["password"]} />
      {reset.error?.code === "link_used_up" ? (
        <LinkButton to="/app/forgot">Get another link</LinkButton>
      ) : (
        <Button type="submit" kind="primary" busy={reset.busy} disabled={secondsLeft > 0}>
          Set the password
        </Button>
      )}
    </form>
  );
}

function NoToken() {
  return (
    <>
      <Notice kind="warn">
        The address lacks its last part, which begins with #token=. Open the whole link as you were sent it.
      </Notice>
      <LinkButton to="/app/forgot">Get another link</LinkButton>
    </>
  );
}
