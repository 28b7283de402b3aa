import { Link, Navigate, useSearchParams } from "react-router";
import type { Schemas } from "../../api/client";
import { tokenOf } from "../../api/session";
import { AuthLayout } from "../../components/AuthLayout";
import { LoadState } from "../../components/LoadState";
import { Notice } from "../../components/Notice";
import { LoginForm } from "./LoginForm";
import { NotSetUp } from "./NotSetUp";
import { nextPath, withNext } from "./nextPath";
import { SignInLink } from "./SignInLink";
import { useAuthSettings } from "./useAuthSettings";
import { useFragmentToken } from "./useFragmentToken";
import { useSignedIn } from "./useSignedIn";

/** `?next=`: where to go then. `?again`: also to somebody who is signed in. `#token=`: a link that signs in, once. */
export function LoginPage() {
  const [parameters] = useSearchParams();
  const next = nextPath(parameters.get("next"));
  const token = useFragmentToken();
  const settings = useAuthSettings();
  const onSignedIn = useSignedIn(next);

  if (token !== null) return <SignInLink token={token} onSignedIn={onSignedIn} />;
  // Whether the session still holds is found out there; if not, one is back here without a token.
  if (tokenOf(null) !== null && !parameters.has("again")) return <Navigate to={next ?? "/app/overview"} replace />;
  return (
    <AuthLayout
      title="Log in"
      footer={
        settings.data?.is_set_up &&
        (settings.data.sign_up === "open" ? (
          <>
            No account yet? <Link to={withNext("/app/signup", next)}>Sign up</Link>
          </>
        ) : (
          NO_SIGN_UP[settings.data.sign_up]
        ))
      }
    >
      <LoadState of={settings} skeletonRows={5}>
        {(offered) =>
          offered.is_set_up ? (
            <>
              {next !== null && <Notice kind="info">Log in to go on where you were.</Notice>}
              <LoginForm onSignedIn={onSignedIn} />
            </>
          ) : (
            <NotSetUp />
          )
        }
      </LoadState>
    </AuthLayout>
  );
}

const NO_SIGN_UP: Record<Exclude<Schemas["AuthSettings"]["sign_up"], "open">, string> = {
  invite: "Accounts are made by invitation: the link of yours leads to it.",
  closed: "Accounts are made by the operators of this installation.",
};
