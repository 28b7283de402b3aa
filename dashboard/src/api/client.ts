import axios, { AxiosError, type AxiosInstance } from "axios";
import type { components, paths } from "./schema";
import { endSession, renewedToken, usableToken } from "./session";

/**
 * The control plane, typed by its own OpenAPI document: a wrong path, parameter or field does not compile.
 *
 *     const page = await api.get("/workspaces/{workspace_id}/api-keys", { path: { workspace_id }, query: { cursor } });
 *
 * A call gives the whole success reply (`data`, and `next_cursor` of lists), or throws ApiError.
 * A token that ends soon is renewed before it is used, and a 401 renews it once and asks again; if that is refused the
 * session is over, and the app goes to the login.
 */

export type Schemas = components["schemas"];
type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type PathOf<O> = O extends { parameters: { path: infer T } } ? { path: T } : { path?: undefined };
type QueryOf<O> = O extends { parameters: { query?: infer T } } ? { query?: T } : { query?: undefined };
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer T } } }
  ? { body: T }
  : O extends { requestBody?: { content: { "application/json": infer T } } }
    ? { body?: T }
    : { body?: undefined };
type Content<R> = R extends { content: { "application/json": infer T } } ? T : never;
type ReplyOf<O> = O extends { responses: infer R } ? Content<R[keyof R & (200 | 201 | 202)]> : never;
export type Options<O> = PathOf<O> & QueryOf<O> & BodyOf<O> & { signal?: AbortSignal; workspaceId?: string };

/** Why a call failed. `status` 0: no answer at all. `field`: the wrong one, by its name in the request. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly field: string | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

const TIMEOUT_MS = 30_000;
const http: AxiosInstance = axios.create({ timeout: TIMEOUT_MS, withCredentials: true });

function caller<M extends Method>(method: M) {
  return async <P extends PathsOf<M>>(
    path: P,
    options: Options<Operation<P, M>>,
  ): Promise<ReplyOf<Operation<P, M>>> => {
    const url = filledPath(path as string, (options.path ?? {}) as Record<string, string>);
    const workspaceId =
      options.workspaceId ?? (options.path as { workspace_id?: string } | undefined)?.workspace_id ?? null;
    const ask = (token: string | null) =>
      http.request({
        method,
        url,
        params: options.query,
        paramsSerializer: { indexes: null },
        // Some routes want a body even where nothing is in it.
        data: method === "get" || method === "delete" ? options.body : (options.body ?? {}),
        signal: options.signal,
        headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      });
    try {
      if (PUBLIC.has(url)) return (await ask(null)).data;
      const token = await usableToken(workspaceId);
      if (token === null) {
        endSession();
        throw new ApiError("Nobody is signed in here any more: sign in again.", 401, "session_over");
      }
      try {
        return (await ask(token)).data;
      } catch (error) {
        if (!isExpiry(error)) throw error;
        const renewed = await renewedToken(workspaceId, token);
        if (renewed === null) {
          endSession();
          throw error;
        }
        return (await ask(renewed)).data;
      }
    } catch (error) {
      throw apiError(error);
    }
  };
}

export const api = {
  get: caller("get"),
  post: caller("post"),
  put: caller("put"),
  patch: caller("patch"),
  delete: caller("delete"),
};

/** These take no token: of them a 401 means what was typed, not the session. */
const PUBLIC = new Set([
  "/auth/settings",
  "/auth/login",
  "/auth/signup",
  "/auth/reset",
  "/auth/forgot",
  "/auth/link",
  "/auth/invitations/show",
]);

function filledPath(path: string, values: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
}

function isExpiry(error: unknown): boolean {
  return error instanceof AxiosError && error.response?.status === 401;
}

/** Anything that a call throws, as an ApiError; cancelled calls stay what they are (see `isCancelled`). */
export function apiError(error: unknown): unknown {
  if (error instanceof ApiError || axios.isCancel(error)) return error;
  if (!(error instanceof AxiosError)) return error;
  const response = error.response;
  if (response === undefined) {
    const message =
      error.code === AxiosError.ECONNABORTED
        ? `The gateway did not answer within ${TIMEOUT_MS / 1000} seconds.`
        : "The gateway can not be reached. Is it running, and are you online?";
    return new ApiError(message, 0, "offline");
  }
  const body = response.data as Partial<Schemas["Failure"]> | undefined;
  const retryAfter = Number(response.headers["retry-after"]);
  return new ApiError(
    typeof body?.error === "string" ? body.error : `The gateway answered with status ${response.status}.`,
    response.status,
    typeof body?.code === "string" ? body.code : "unknown",
    body?.field ?? null,
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

export function isCancelled(error: unknown): boolean {
  return axios.isCancel(error);
}
