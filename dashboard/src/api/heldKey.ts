/**
 * API keys that this tab works with, in sessionStorage by workspace and purpose: gone with the tab and with logging out
 * (see `forgetSession`).
 */
export interface HeldKey {
  key: string;
  /** null: not known, or never */
  expiresAtMs: number | null;
  /** Whether a page has made it by itself, instead of somebody having pasted it. */
  made: boolean;
}

export type Purpose = "playground" | "first-steps";

const STORED = "perpetuo.playground-key";
/** A key that ends sooner than this is not used any more: a request takes its time. */
const MARGIN_MS = 60_000;

export function heldKey(workspaceId: string, purpose: Purpose): HeldKey | null {
  const held = read()[slot(workspaceId, purpose)];
  if (held === undefined || typeof held.key !== "string") return null;
  return held.expiresAtMs !== null && held.expiresAtMs - MARGIN_MS < Date.now() ? null : held;
}

export function holdKey(workspaceId: string, purpose: Purpose, held: HeldKey | null): void {
  const all = read();
  if (held === null) delete all[slot(workspaceId, purpose)];
  else all[slot(workspaceId, purpose)] = held;
  sessionStorage.setItem(STORED, JSON.stringify(all));
}

function slot(workspaceId: string, purpose: Purpose): string {
  return `${workspaceId}/${purpose}`;
}

function read(): Record<string, HeldKey> {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
    return typeof stored === "object" && stored !== null ? (stored as Record<string, HeldKey>) : {};
  } catch {
    return {};
  }
}
