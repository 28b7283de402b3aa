import { useCallback } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

interface Pushed {
  pushed: string;
}

/**
 * What is opened on a page, as a parameter of its address: `?request=<id>`.
 *
 * Opening is one step of the history, which "Back" undoes; going from one to the next is none, and closing takes the step
 * back, where it was ours. Somebody who came by a link stays on the page.
 */
export function useOpened(name: string): [string | null, (value: string | null) => void] {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const state = useLocation().state as Pushed | null;
  const opened = parameters.get(name);
  const isOurs = state?.pushed === name;
  const open = useCallback(
    (value: string | null) => {
      if (value === null && isOurs) {
        navigate(-1);
        return;
      }
      const isNew = opened === null && value !== null;
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value === null) after.delete(name);
          else after.set(name, value);
          return after;
        },
        { replace: !isNew, state: isNew || isOurs ? ({ pushed: name } satisfies Pushed) : null },
      );
    },
    [name, opened, isOurs, navigate, setParameters],
  );
  return [opened, open];
}
