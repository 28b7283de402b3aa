import { useCallback } from "react";
import { useNavigate } from "react-router";
import type { Schemas } from "../../api/client";
import { beginSession } from "../../api/session";
import { landingPathOf } from "../../app/firstPage";

/** What happens once somebody is signed in: on to where they wanted to go, else to where they can begin. */
export function useSignedIn(next: string | null): (reply: Schemas["SignedIn"]) => Promise<void> {
  const navigate = useNavigate();
  return useCallback(
    async (reply) => {
      beginSession(reply);
      const there = next ?? (reply.workspace === null ? "/app/overview" : await landingPathOf(reply.workspace));
      navigate(there, { replace: true });
    },
    [next, navigate],
  );
}
