import { useEffect, useRef, useState } from "react";
import { api, type Schemas } from "../../api/client";
import { useAction } from "../../api/hooks";
import { tokenOf } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { Button } from "../../components/Button";
import { LinkButton } from "../../components/LinkButton";
import { Skeleton } from "../../components/LoadState";
import { space } from "../../theme";
import { FailureNotice, useSecondsLeft } from "./FailureNotice";

export interface Props {
  token: string;
  onSignedIn(reply: Schemas["SignedIn"]): Promise<void>;
}

/**
 * A link from the command line, which signs in once. By itself, unless somebody is signed in here already: then a link
 * that somebody else has sent must not make them work in another's account without their noticing.
 */
export function SignInLink({ token, onSignedIn }: Props) {
  const [asks] = useState(() => tokenOf(null) !== null);
  const signIn = useAction(async () => {
    await onSignedIn((await api.post("/auth/link", { body: { token } })).data);
  });
  const secondsLeft = useSecondsLeft(signIn.error);
  const tried = useRef(false);
  const { run } = signIn;
  useEffect(() => {
    if (asks || tried.current) return;
    tried.current = true;
    void run();
  }, [asks, run]);
  const isWaiting = signIn.error === undefined && !asks;
  return (
    <AuthLayout
      title={isWaiting ? "Signing you in" : "Sign in with a link"}
      description={asks && "Somebody is signed in in this browser already. The link signs them out and its owner in."}
    >
      {isWaiting && <Skeleton rows={2} />}
      <FailureNotice error={signIn.error} secondsLeft={secondsLeft} />
      {!isWaiting && (
        <div style={{ display: "grid", gap: space.s }}>
          {signIn.error?.code !== "link_used_up" && (
            <Button kind="primary" busy={signIn.busy} disabled={secondsLeft > 0} onClick={() => void run()}>
              {asks ? "Sign in with the link" : "Try again"}
            </Button>
          )}
          <LinkButton to="/app/login" reloadDocument>
            {asks ? "Stay signed in" : "Log in with a password"}
          </LinkButton>
        </div>
      )}
    </AuthLayout>
  );
}
