import type { Pages } from "../api/hooks";
import { space } from "../theme";
import { Button } from "./Button";
import { Notice } from "./Notice";

export interface Props {
  of: Pick<Pages<unknown>, "hasMore" | "loadingMore" | "moreError" | "loadMore">;
}

/** Below a keyset list: its next page, or why that could not be loaded. */
export function ShowMore({ of }: Props) {
  if (!of.hasMore) return null;
  return (
    <div style={{ display: "grid", gap: space.s, justifyItems: "start", padding: `${space.s}px ${space.m}px` }}>
      {of.moreError && <Notice kind="bad">{of.moreError.message}</Notice>}
      <Button kind="ghost" busy={of.loadingMore} onClick={of.loadMore}>
        {of.moreError ? "Try again" : "Show more"}
      </Button>
    </div>
  );
}
