import { existsSync, readFileSync } from "node:fs";

/** What `tests/e2e/dashboard_backend.py` has made. */
export interface Backend {
  base_url: string;
  vendors: Record<
    "openai" | "anthropic" | "broken" | "spare",
    { base_url: string; control_url: string; secret: string }
  >;
  workspace: { id: string; name: string };
  other_workspace: { id: string; name: string };
  second_workspace: { id: string; name: string };
  /** Of a soak only. */
  crowded_workspace?: { id: string; name: string };
  users: Record<Person, { email: string; password: string; id: string }>;
  api_keys: Record<string, { id: string; key: string; name: string }>;
  provider_keys: Record<string, string>;
  invitations: Record<string, { id: string; email: string; link: string; token: string }>;
  /** Ids of requests, by what happened to them. */
  requests: Record<string, string>;
}

/** owner is an operator too; stranger has a workspace of their own; tests may end the sessions of the spare ones. */
export type Person = "owner" | "admin" | "member" | "viewer" | "spare1" | "spare2" | "stranger";

const HOW =
  "PERPETUO_E2E is the file that `.venv/bin/python tests/e2e/dashboard_backend.py --write <file>` writes; `make e2e` does all of it";

export function backendFile(): string {
  const file = process.env.PERPETUO_E2E;
  if (file === undefined || !existsSync(file)) throw new Error(HOW);
  return file;
}

export function readBackend(): Backend {
  return JSON.parse(readFileSync(backendFile(), "utf8")) as Backend;
}

/** Where the pages are: the gateway itself, or a development server before it. */
export function pagesUrl(backend: Backend): string {
  return process.env.PERPETUO_E2E_PAGES ?? backend.base_url;
}
