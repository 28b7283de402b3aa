import axios, { AxiosError } from "axios";
import type { components } from "./schema";

/**
 * Who is signed in: access tokens (15 minutes, one per workspace) in localStorage, renewed by the refresh cookie.
 *
 * Each use of the refresh cookie replaces it, and a second use of an old one ends the session: so only one tab renews at
 * a time (a Web Lock), and a tab that waited takes what the other got. Each tab has its own current workspace.
 */

type NewToken = components["schemas"]["NewToken"];
type SignedIn = components["schemas"]["SignedIn"];
interface Stored {
  token: string;
  expiresAtMs: number;
}

const TOKENS = "perpetuo.tokens";
const WORKSPACE = "perpetuo.workspace";
const USER = "perpetuo.user";
const LOCK = "perpetuo.refresh";
/** Since when a page has been asking for the next cookie, ms. */
const REFRESHING = "perpetuo.refreshing";
/** As long as a request takes that its page has left. */
const LEFT_REFRESH_MS = 1_500;
/** In sessionStorage: what the playground asks with. */
const PLAYGROUND = "perpetuo.playground";
const PLAYGROUND_KEY = `${PLAYGROUND}-key`;
/** A token that ends sooner than this is renewed before it is used. */
const MARGIN_MS = 20_000;
/** Where the viewer's clock is ahead, a new token looks old: it is used this long nevertheless. */
const SHORTEST_MS = 60_000;
const REFRESH_WITHIN_MS = 30_000;
const endings = new Set<() => void>();
const losses = new Set<() => void>();

/** The token for this workspace (null: for none in particular), or null where there is none. It may have expired. */
export function tokenOf(workspaceId: string | null): string | null {
  return storedFor(workspaceId)?.token ?? null;
}

/**
 * A token for this workspace that still holds: the one there is, or a new one. Null: the session is over.
 *
 * Throws what Axios throws when the gateway does not answer.
 */
export async function usableToken(workspaceId: string | null): Promise<string | null> {
  const held = storedFor(workspaceId);
  if (held !== undefined && isFresh(held)) return held.token;
  return renewedToken(workspaceId, held?.token ?? null);
}

/** After signing in. Whoever was here before leaves nothing behind; the same person goes on in the same workspace. */
export function beginSession(reply: Pick<SignedIn, "token" | "token_expires_at" | "workspace" | "user">): void {
  if (localStorage.getItem(USER) !== reply.user.id) {
    localStorage.removeItem(WORKSPACE);
    forgetTab();
  }
  localStorage.setItem(TOKENS, JSON.stringify({ [reply.workspace?.id ?? ""]: asStored(reply) }));
  localStorage.setItem(USER, reply.user.id);
  if (currentWorkspaceId() === null && reply.workspace !== null) setCurrentWorkspaceId(reply.workspace.id);
}

/** Which workspace a tab is in is not changed by it: a late reply about another one may bring a token too. */
export function keepToken(reply: Pick<NewToken, "token" | "token_expires_at" | "workspace">): void {
  localStorage.setItem(TOKENS, JSON.stringify({ ...readTokens(), [reply.workspace?.id ?? ""]: asStored(reply) }));
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
 * Throws what Axios throws when the gateway does not answer, or answers anything but that the session is over: it may
 * well go on.
 */
export async function renewedToken(workspaceId: string | null, refused: string | null): Promise<string | null> {
  return withLock(async () => {
    const held = storedFor(workspaceId);
    if (held !== undefined && held.token !== refused && isFresh(held)) return held.token;
    const wanted = workspaceId ?? currentWorkspaceId();
    try {
      const renewed = await refresh(wanted);
      keepToken(renewed);
      if (wanted !== null && renewed.workspace?.id !== wanted) loseWorkspace(wanted, renewed.workspace?.id ?? null);
      return renewed.token;
    } catch (error) {
      if (error instanceof AxiosError && error.response?.status === 401) return null;
      throw error;
    }
  });
}

/** Signed out: everything that reminds of the session goes, here and in other tabs. */
export function forgetSession(): void {
  localStorage.removeItem(TOKENS);
  localStorage.removeItem(USER);
  localStorage.removeItem(WORKSPACE);
  forgetTab();
}

/** The session is over without having been asked to: whoever listens leads to the login, and back to where one was. */
export function endSession(): void {
  localStorage.removeItem(TOKENS);
  sessionStorage.removeItem(PLAYGROUND_KEY);
  for (const told of endings) told();
}

/** told: called when the session ends, also when another tab ends it. Returns what stops it. */
export function onSessionEnd(told: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if ((event.key === TOKENS && event.newValue === null) || event.key === null) {
      sessionStorage.removeItem(PLAYGROUND_KEY);
      told();
    }
  };
  endings.add(told);
  window.addEventListener("storage", onStorage);
  return () => {
    endings.delete(told);
    window.removeEventListener("storage", onStorage);
  };
}

/** told: called when the workspace that was asked about is not one's own any more. Returns what stops it. */
export function onWorkspaceLost(told: () => void): () => void {
  losses.add(told);
  return () => losses.delete(told);
}

/** Who this tab shows; told: called when another tab has signed in as somebody else. Returns what stops it. */
export function watchUser(userId: string, told: () => void): () => void {
  if (localStorage.getItem(USER) !== userId) localStorage.setItem(USER, userId);
  const onStorage = (event: StorageEvent) => {
    if (event.key === USER && event.newValue !== null && event.newValue !== userId) {
      forgetTab();
      told();
    }
  };
  window.addEventListener("storage", onStorage);
  return () => window.removeEventListener("storage", onStorage);
}

/**
 * Asks for the next cookie, once at a time over all tabs (under the lock).
 *
 * A page that is loaded again or closed meanwhile leaves its request on its way (`keepalive`): then the browser still
 * gets the new cookie, and whoever comes next waits for it instead of sending the old one again.
 */
async function refresh(workspaceId: string | null): Promise<NewToken> {
  await leftRefreshIsOver();
  localStorage.setItem(REFRESHING, String(Date.now()));
  try {
    const reply = await axios.post<{ data: NewToken }>(
      "/auth/refresh",
      workspaceId === null ? {} : { workspace_id: workspaceId },
      { withCredentials: true, timeout: REFRESH_WITHIN_MS, adapter: "fetch", fetchOptions: { keepalive: true } },
    );
    return reply.data.data;
  } finally {
    localStorage.removeItem(REFRESHING);
  }
}

/** The mark is removed by whoever set it, unless their page is gone. */
async function leftRefreshIsOver(): Promise<void> {
  const sinceMs = Date.now() - Number(localStorage.getItem(REFRESHING) ?? Number.NaN);
  if (sinceMs >= 0 && sinceMs < LEFT_REFRESH_MS) {
    await new Promise((done) => setTimeout(done, LEFT_REFRESH_MS - sinceMs));
  }
}

/** One has left it, or it was deleted: another one came instead (null: one is in none). */
function loseWorkspace(lost: string, instead: string | null): void {
  const stored = readTokens();
  delete stored[lost];
  localStorage.setItem(TOKENS, JSON.stringify(stored));
  if (currentWorkspaceId() !== lost) return;
  localStorage.removeItem(WORKSPACE);
  forgetTab();
  if (instead !== null) setCurrentWorkspaceId(instead);
  for (const told of losses) told();
}

function asStored(reply: Pick<NewToken, "token" | "token_expires_at">): Stored {
  return {
    token: reply.token,
    expiresAtMs: Math.max(Date.parse(reply.token_expires_at), Date.now() + SHORTEST_MS),
  };
}

function forgetTab(): void {
  sessionStorage.removeItem(WORKSPACE);
  // Its key and its conversations
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PLAYGROUND)) sessionStorage.removeItem(name);
  }
}

function storedFor(workspaceId: string | null): Stored | undefined {
  const stored = readTokens();
  if (workspaceId !== null) return stored[workspaceId];
  return stored[currentWorkspaceId() ?? ""] ?? anyOf(stored);
}

function isFresh(stored: Stored): boolean {
  return stored.expiresAtMs - Date.now() > MARGIN_MS;
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

let queue: Promise<unknown> = Promise.resolve();

function withLock<T>(work: () => Promise<T>): Promise<T> {
  // A page on plain HTTP off loopback has no locks, and there nobody signs in; one at a time in this tab all the same.
  if (!navigator.locks) {
    const mine = queue.then(work, work);
    queue = mine.catch(() => undefined);
    return mine;
  }
  return navigator.locks.request(LOCK, work) as Promise<T>;
}
