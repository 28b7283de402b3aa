import type { Schemas } from "../../api/client";
import { formatDuration } from "../../format/numbers";
import type { Tone } from "../Notice";

/** What a decision's words mean, in sentences and short labels. The values come from core/decision.py. */

export type Log = Schemas["Log"];
export type Attempt = Schemas["LoggedAttempt"];

const STRATEGIES: Record<string, string> = {
  fastest: "Whoever has lately sent its first byte soonest is asked first.",
  cheapest: "Whoever takes least for this request is asked first.",
  reliable: "Whoever has failed least lately is asked first.",
  default: "The provider keys are asked in their own order.",
};

/** What a strategy does, as a sentence; nothing of one that is not known. */
export function meaningOfStrategy(name: string): string {
  return STRATEGIES[name] ?? "";
}

const SOURCES: Record<string, string> = {
  header: "asked for by the request's header",
  workspace: "the workspace's setting",
  fallback: "nobody chose one",
};

export function sourceOfStrategy(source: string): string {
  return SOURCES[source] ?? source;
}

const SKIPS: Record<string, string> = {
  no_model: "no such model",
  capability: "lacks a capability",
  context_length: "too long for it",
  cooling: "cooling",
  breaker_open: "failing lately",
  quarantined: "key refused",
  model_missing: "model missing",
  substitution: "no substitution",
  last_resort: "last resort",
  disabled: "switched off",
  not_allowed: "not allowed",
  protocol: "protocol",
  strict: "strict",
};

export function nameOfSkip(code: string): string {
  return SKIPS[code] ?? code;
}

const FAILURES: Record<string, string> = {
  in_band: "error inside the answer",
  malformed: "unreadable answer",
  truncated: "answer cut off",
  empty: "empty answer",
  connect_failed: "no connection",
  egress_blocked: "address not allowed",
  connect_timeout: "connecting took too long",
  first_byte_timeout: "no first byte in time",
  idle_timeout: "went silent",
  stalled: "too slow to use",
  total_timeout: "out of time",
  connection_lost: "connection lost",
  protocol_violation: "broke the protocol",
  too_large: "answer too large",
  not_carried: "can not carry the request",
  cancelled: "cancelled: nobody waited any more",
};

/** How an attempt ended: `answered`, `status 529`, `no first byte in time`. */
export function nameOfAttempt(attempt: Pick<Attempt, "outcome" | "status">): string {
  if (attempt.outcome === "ok") return "answered";
  if (attempt.outcome === "status") return `status ${attempt.status ?? "unknown"}`;
  const name = FAILURES[attempt.outcome] ?? attempt.outcome;
  return attempt.status === null || attempt.status === 200 ? name : `${name} (${attempt.status})`;
}

export const OUTCOMES: Record<Log["outcome"], { name: string; tone: Tone; meaning: string }> = {
  succeeded: { name: "succeeded", tone: "good", meaning: "The client got the whole answer." },
  failed: { name: "failed", tone: "bad", meaning: "No provider answered, or the answer broke off." },
  rejected: { name: "rejected", tone: "warn", meaning: "Refused before any provider was asked." },
  client_closed: { name: "client left", tone: "neutral", meaning: "The client closed the connection first." },
  interrupted: { name: "interrupted", tone: "bad", meaning: "The gateway stopped before the answer's end." },
};

const SUBSTITUTIONS: Record<Log["substituted"], string | null> = {
  none: null,
  strategy: "Another model than was asked for: the strategy put it first.",
  priority: "Another model than was asked for: the provider keys' order put it first.",
  fallback: "Another model than was asked for: those before it had failed.",
};

/** Why another model answered; null when it was the one that was asked for. */
export function reasonOfSubstitution(substituted: Log["substituted"]): string | null {
  return SUBSTITUTIONS[substituted] ?? null;
}

/** `provider/model`, as decisions write it. */
export function nameOf(of: { provider: string | null; model: string | null }): string {
  return of.model === null || of.model === "" ? (of.provider ?? "") : `${of.provider}/${of.model}`;
}

/** Labels of provider keys by their ids. */
export type KeyNames = ReadonlyMap<string, string>;

interface OfKey {
  provider: string;
  provider_key_id: string | null;
}

/** What tells a key from another of the same provider; null for a provider that has one only. */
export function keyNamer(rows: readonly OfKey[], names: KeyNames | undefined): (of: OfKey) => string | null {
  const keys = new Map<string, Set<string>>();
  for (const { provider, provider_key_id: id } of rows) {
    if (id !== null) keys.set(provider, (keys.get(provider) ?? new Set()).add(id));
  }
  return ({ provider, provider_key_id: id }) => {
    if (id === null || (keys.get(provider)?.size ?? 0) < 2) return null;
    return names?.get(id) || `key …${id.slice(-4)}`;
  };
}

export function timeLeft(retryAfterS: number): string {
  return `for another ${formatDuration(retryAfterS * 1000)}`;
}

const ERRORS: Record<string, string> = {
  invalid_json: "The body is not JSON.",
  invalid_value: "A field of the request is wrong, or no provider key can carry it.",
  body_too_large: "The body is over the gateway's limit.",
  body_timeout: "The body did not come in time.",
  forbidden_model: "The API key may not use this name.",
  workspace_suspended: "The workspace is suspended.",
  model_not_found: "Nobody knows this name, or no provider key has it.",
  not_lossless: "No provider key can carry it without loss, and the client accepts none.",
  upstream_rejected: "The provider says that the request is invalid.",
  rate_limit_exceeded: "The API key's limit of requests or tokens a minute is reached.",
  insufficient_quota: "A quota or budget of this month is used up.",
  no_provider: "No provider key of the workspace serves this.",
  no_exact_candidate: "The exact model can not answer now, and no other may.",
  no_candidate: "No candidate can answer now.",
  provider_auth_failed: "The provider refused the workspace's key.",
  upstream_failed: "Every provider that was asked failed.",
  upstream_unavailable: "The providers limit the rate, are out of quota or are left alone for a while.",
  upstream_timeout: "Every provider that was asked was too slow.",
  stream_interrupted: "The provider's stream broke before its end; the client has its beginning.",
  draining: "The gateway was stopping.",
  journal_unavailable: "The gateway could not record requests.",
  configuration_unavailable: "The gateway's database could not be reached.",
  internal_error: "A mistake of the gateway's own.",
};

/** What an error code means for whoever looks at the request; null where the code says it all. */
export function meaningOfError(code: string): string | null {
  return ERRORS[code] ?? null;
}
