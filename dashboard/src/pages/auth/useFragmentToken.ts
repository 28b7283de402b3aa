import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";

/**
 * The token of a link (`#token=…`), or null. It is taken out of the address at once: no history, no bookmark and no
 * screenshot has it, and as a fragment it was never sent to anybody.
 */
export function useFragmentToken(): string | null {
  const { pathname, search, hash } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState(() => tokenIn(hash));
  useEffect(() => {
    const found = tokenIn(hash);
    if (found === null) return;
    setToken(found);
    navigate(pathname + search, { replace: true });
  }, [hash, pathname, search, navigate]);
  return token;
}

function tokenIn(hash: string): string | null {
  const found = /^#token=([A-Za-z0-9_-]{1,200})$/.exec(hash);
  return found?.[1] ?? null;
}
