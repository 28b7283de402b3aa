import { useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import type { Schemas } from "../../api/client";
import { holdKey } from "../../api/heldKey";
import { tokenOf } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { SecretOnce } from "../../components/Copy";
import { LinkButton } from "../../components/LinkButton";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { NotSetUp } from "./NotSetUp";
import { nextPath, withNext } from "./nextPath";
import { SignUpForm } from "./SignUpForm";
import { useAuthSettings } from "./useAuthSettings";
import { useSignedIn } from "./useSignedIn";

export function SignUpPage() {
  const [parameters] = useSearchParams();
  const next = nextPath(parameters.get("next"));
  const settings = useAuthSettings();
  const onSignedIn = useSignedIn(next);
  const [made, setMade] = useState<Schemas["SignedUp"]>();

  const goOn = async () => {
    if (made === undefined) return;
    const signedIn = onSignedIn(made);
    // Behind what begins the session, which forgets what the tab held before: the first steps go on with this key.
    if (made.api_key !== null && made.workspace !== null) {
      holdKey(made.workspace.id, "first-steps", { key: made.api_key.key, expiresAtMs: null, made: true });
    }
    await signedIn;
  };
  if (made !== undefined) return <FirstKey made={made} onDone={goOn} />;
  if (tokenOf(null) !== null) return <Navigate to={next ?? "/app/overview"} replace />;
  return (
    <AuthLayout
      title="Sign up"
      footer={
        <>
          You have an account? <Link to={withNext("/app/login", next)}>Log in</Link>
        </>
      }
    >
      <LoadState of={settings} skeletonRows={6}>
        {(offered) => {
          if (!offered.is_set_up) return <NotSetUp />;
          if (offered.sign_up !== "open") {
            return (
              <>
                <Notice kind="info">
                  {offered.sign_up === "invite"
                    ? "Signing up needs an invitation: open the link that you were sent."
                    : "New accounts are made by the operators of this installation only."}
                </Notice>
                <LinkButton to="/app/login">To the login</LinkButton>
              </>
            );
          }
          return (
            <SignUpForm
              settings={offered}
              onSignedUp={(reply) => (reply.api_key === null ? onSignedIn(reply) : setMade(reply))}
            />
          );
        }}
      </LoadState>
    </AuthLayout>
  );
}

function FirstKey({ made, onDone }: { made: Schemas["SignedUp"]; onDone(): Promise<void> }) {
  const [busy, setBusy] = useState(false);
  return (
    <AuthLayout
      title="Your account is made"
      description={`The workspace ${made.workspace?.name ?? ""} has its first API key already: what an application sends as its bearer token.`}
    >
      <Notice kind="warn">Copy it now: it is shown this once, and only its hash is kept.</Notice>
      <SecretOnce secret={made.api_key?.key ?? ""} what="key" />
      <Button
        busy={busy}
        onClick={() => {
          setBusy(true);
          void onDone();
        }}
      >
        Go on
      </Button>
    </AuthLayout>
  );
}
