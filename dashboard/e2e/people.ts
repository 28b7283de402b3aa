import { existsSync, readFileSync, writeFileSync } from "node:fs";
import axios, { type AxiosInstance } from "axios";
import { backendFile, type Person, readBackend } from "./backend";

/** A session as the dashboard keeps it. */
export interface SignedIn {
  token: string;
  expiresAtMs: number;
  workspaceId: string;
}

/** A token is used again until it has this little left: sign-ins are limited to ten a minute and account. */
const LEFT_MS = 5 * 60_000;

/** One session for all tests. Who ends it, or needs the refresh cookie, signs in anew: `open(…, { ownSession: true })`. */
export async function sessionOf(person: Person): Promise<SignedIn> {
  const kept = readSessions();
  const held = kept[person];
  if (held !== undefined && held.expiresAtMs - Date.now() > LEFT_MS && (await holds(held))) return held;
  const { signedIn } = await signIn(person);
  writeFileSync(sessionsFile(), JSON.stringify({ ...readSessions(), [person]: signedIn }));
  return signedIn;
}

/** cookies: as `Set-Cookie` has them. */
export async function signIn(person: Person): Promise<{ signedIn: SignedIn; cookies: string[] }> {
  const { base_url, users } = readBackend();
  const { email, password } = users[person];
  const reply = await axios.post(`${base_url}/auth/login`, { email, password });
  const { token, token_expires_at, workspace } = reply.data.data;
  return {
    signedIn: { token, expiresAtMs: Date.parse(token_expires_at), workspaceId: workspace.id },
    cookies: reply.headers["set-cookie"] ?? [],
  };
}

/** The same session, speaking for another workspace of theirs. */
export async function switchedTo(workspaceId: string, { token }: SignedIn): Promise<SignedIn> {
  const headers = { Authorization: `Bearer ${token}` };
  const reply = await axios.post(`${readBackend().base_url}/auth/switch`, { workspace_id: workspaceId }, { headers });
  const { token: switched, token_expires_at } = reply.data.data;
  return { token: switched, expiresAtMs: Date.parse(token_expires_at), workspaceId };
}

/** The control plane, called as somebody; `workspace` is the path of the one they are in. Any status is a reply. */
export async function apiAs(person: Person, workspaceId?: string): Promise<AxiosInstance & { workspace: string }> {
  const session = await sessionOf(person);
  const { token, workspaceId: id } = workspaceId === undefined ? session : await switchedTo(workspaceId, session);
  const client = axios.create({
    baseURL: readBackend().base_url,
    headers: { Authorization: `Bearer ${token}` },
    validateStatus: () => true,
  });
  return Object.assign(client, { workspace: `/workspaces/${id}` });
}

async function holds({ token }: SignedIn): Promise<boolean> {
  const headers = { Authorization: `Bearer ${token}` };
  const reply = await axios.get(`${readBackend().base_url}/auth/me`, { headers, validateStatus: () => true });
  return reply.status === 200;
}

function readSessions(): Partial<Record<Person, SignedIn>> {
  return existsSync(sessionsFile()) ? JSON.parse(readFileSync(sessionsFile(), "utf8")) : {};
}

function sessionsFile(): string {
  return `${backendFile()}.sessions`;
}
