import axios, { AxiosError } from "axios";
import type { components } from "./schema";

/**
 * Who is signed in: access tokens (15 minutes, one per workspace) in localStorage, renewed by the refresh cookie.
 *
 * Each use of the refresh cookie replaces it, and a second use of an old one ends the session: so only one tab renews at
 * a time (a Web Lock), and a tab that waited takes what the other got. Each tab has its own current workspace.
 */

type NewToken = components["schemas"]["NewToken"];
interface Stored {
  token: string;
  expiresAtMs: number;
}

const TOKENS = "perpetuo.tokens";
const WORKSPACE = "perpetuo.workspace";
const LOCK = "perpetuo.refresh";
/** A token that ends sooner than this is renewed before it is used. */
const MARGIN_MS = 20_000;
const endings = new Set<() => void>();

/** The token for this workspace (null: for none in particular), or null where there is none that still holds. */
export function tokenOf(workspaceId: string | null): string | null {
  const stored = readTokens();
  const found = stored[workspaceId ?? currentWorkspaceId() ?? ""] ?? (workspaceId === null ? anyOf(stored) : undefined);
  return found === undefined ? null : found.token;
}

export function keepToken(reply: Pick<NewToken, "token" | "token_expires_at"> & { workspace: { id: string } | null }) {
  const stored = readTokens();
  stored[reply.workspace?.id ?? ""] = { token: reply.token, expiresAtMs: Date.parse(reply.token_expires_at) };
  localStorage.setItem(TOKENS, JSON.stringify(stored));
  if (reply.workspace !== null) setCurrentWorkspaceId(reply.workspace.id);
}

export function currentWorkspaceId(): string | null {
  return sessionStorage.getItem(WORKSPACE) ?? localStorage.getItem(WORKSPACE);
}

/** Of this tab; a new tab begins with the last one. */
export function setCurrentWorkspaceId(id: string): void {
  sessionStorage.setItem(WORKSPACE, id);
  localStorage.setItem(WORKSPACE, id);
}

/**
 * A new token for this workspace, or null when the session is over.
 *
 * refused: the token that was just refused; where another tab has a newer one by now, that is it.
 * Throws what Axios throws when the gateway does not answer: the session may well go on.
 */
export async function renewedToken(workspaceId: string | null, refused: string | null): Promise<string | null> {
  return withLock(async () => {
    const held = tokenOf(workspaceId);
    if (held !== null && held !== refused && isFresh(workspaceId)) return held;
    try {
      const wanted = workspaceId ?? currentWorkspaceId();
      const reply = await axios.post<{ data: NewToken }>(
        "/auth/refresh",
        wanted === null ? {} : { workspace_id: wanted },
        {
          withCredentials: true,
          timeout: 30_000,
        },
      );
      const renewed = reply.data.data;
      // Another workspace than was asked for: one has left it. The page of that workspace is no longer ours to show.
      if (wanted !== null && renewed.workspace?.id !== wanted) dropToken(wanted);
      keepToken(renewed);
      return renewed.token;
    } catch (error) {
      if (error instanceof AxiosError && error.response !== undefined && error.response.status < 500) return null;
      throw error;
    }
  });
}

/** Everything that reminds of the session goes, here and in other tabs. */
export function forgetSession(): void {
  localStorage.removeItem(TOKENS);
  localStorage.removeItem(WORKSPACE);
  sessionStorage.removeItem(WORKSPACE);
  sessionStorage.removeItem("perpetuo.playground-key");
}

/** The session is over without having been asked to: whoever listens leads to the login. */
export function endSession(): void {
  forgetSession();
  for (const told of endings) told();
}

/** told: called when the session ends, also when another tab ends it. Returns what stops it. */
export function onSessionEnd(told: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key === TOKENS && event.newValue === null) told();
  };
  endings.add(told);
  window.addEventListener("storage", onStorage);
  return () => {
    endings.delete(told);
    window.removeEventListener("storage", onStorage);
  };
}

function isFresh(workspaceId: string | null): boolean {
  const stored = readTokens();
  const found = stored[workspaceId ?? currentWorkspaceId() ?? ""] ?? anyOf(stored);
  return found !== undefined && found.expiresAtMs - Date.now() > MARGIN_MS;
}

function dropToken(workspaceId: string): void {
  const stored = readTokens();
  delete stored[workspaceId];
  localStorage.setItem(TOKENS, JSON.stringify(stored));
  sessionStorage.removeItem(WORKSPACE);
}

function anyOf(stored: Record<string, Stored>): Stored | undefined {
  return Object.values(stored).sort((a, b) => b.expiresAtMs - a.expiresAtMs)[0];
}

function readTokens(): Record<string, Stored> {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(TOKENS) ?? "{}");
    return typeof read === "object" && read !== null ? (read as Record<string, Stored>) : {};
  } catch {
    return {};
  }
}

function withLock<T>(work: () => Promise<T>): Promise<T> {
  // Only a page on plain HTTP off loopback has no locks, and there nobody signs in.
  return navigator.locks === undefined ? work() : (navigator.locks.request(LOCK, work) as Promise<T>);
}
