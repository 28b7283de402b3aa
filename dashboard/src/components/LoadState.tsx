import type { ReactNode } from "react";
import type { Loaded } from "../api/hooks";
import { colour, radius, space, weight } from "../theme";
import { Button } from "./Button";
import { Notice } from "./Notice";

export interface Props<T> {
  of: Pick<Loaded<T>, "data" | "error" | "loading" | "reload">;
  /** As many rows of nothing as will come, so that nothing jumps. */
  skeletonRows?: number;
  children(data: T): ReactNode;
}

/**
 * Loading, failed, offline, or the data. What was loaded before stays visible under a notice when it can not be loaded
 * anew.
 */
export function LoadState<T>({ of, skeletonRows = 3, children }: Props<T>) {
  if (of.data === undefined && of.error === undefined) return <Skeleton rows={skeletonRows} />;
  const failure = of.error && (
    <Notice
      kind="bad"
      action={
        <Button small icon="refresh" busy={of.loading} onClick={of.reload}>
          Try again
        </Button>
      }
    >
      {of.error.message}
      {of.data !== undefined && " What you see may be out of date."}
    </Notice>
  );
  if (of.data === undefined) return failure;
  return (
    <>
      {failure}
      {children(of.data)}
    </>
  );
}

export interface SkeletonProps {
  rows?: number;
  /** px, of each */
  height?: number;
}

export function Skeleton({ rows = 3, height = 20 }: SkeletonProps) {
  return (
    <div role="status" style={{ display: "grid", gap: space.m, padding: `${space.m}px 0` }}>
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="skeleton"
          style={{ height, borderRadius: radius.s, background: colour.neutralSoft, width: `${100 - (row % 3) * 12}%` }}
        />
      ))}
    </div>
  );
}

export interface EmptyProps {
  title: string;
  /** What would be here, and how it gets here. */
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div
      style={{
        display: "grid",
        justifyItems: "center",
        gap: space.s,
        padding: `${space.xxl}px ${space.l}px`,
        textAlign: "center",
      }}
    >
      <p style={{ fontWeight: weight.medium }}>{title}</p>
      {children && <p style={{ color: colour.textMuted, maxWidth: 440 }}>{children}</p>}
      {action}
    </div>
  );
}
