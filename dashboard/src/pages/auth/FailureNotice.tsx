import { useMemo, useState } from "react";
import type { ApiError } from "../../api/client";
import { useInterval } from "../../api/hooks";
import { Notice } from "../../components/Notice";
import { plural } from "../../format/numbers";

export interface Props {
  error: ApiError | undefined;
  /** Of `useSecondsLeft` */
  secondsLeft: number;
  /** Shown at these fields instead. */
  fields?: readonly string[];
}

/** The server's sentence, with the time until one may try again. */
export function FailureNotice({ error, secondsLeft, fields = [] }: Props) {
  if (error === undefined || (error.field !== null && fields.includes(error.field))) return null;
  return (
    <Notice kind="bad">
      {error.message}
      {/* Counting down is not read aloud every second: the sentence before it says to wait. */}
      {secondsLeft > 0 && <span aria-hidden="true"> Again in {plural(secondsLeft, "second")}.</span>}
    </Notice>
  );
}

/** Until the server takes another attempt (its Retry-After), counting down; 0: now. */
export function useSecondsLeft(error: ApiError | undefined): number {
  const seconds = error?.retryAfterS ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another error with the same number begins anew
  const untilMs = useMemo(() => Date.now() + seconds * 1000, [error]);
  const [nowMs, setNowMs] = useState(0);
  const left = Math.min(seconds, Math.max(0, Math.ceil((untilMs - nowMs) / 1000)));
  useInterval(() => setNowMs(Date.now()), left > 0 ? 500 : undefined);
  return left;
}
