import type { Schemas } from "../../api/client";

type LogDetail = Schemas["LogDetail"];
type Attempt = Schemas["LoggedAttempt"];

/** A request as the log tells it, for tests: gpt-4o asked for by priority, answered by the first. */
export function logOf(change: Partial<LogDetail> = {}): LogDetail {
  return {
    id: "01a210b5-aa3b-72c3-9b0b-45a0a2c009fe",
    received_at: "2026-11-25T03:17:50Z",
    api_key_id: "01a210b5-0000-7000-8000-000000000001",
    endpoint: "chat.completions",
    requested_model: "gpt-4o",
    alias: "gpt-4o",
    intent: "chat",
    tier: "default",
    strategy: "default",
    strategy_source: "fallback",
    provider: "openai",
    provider_key_id: "key-1",
    model: "gpt-4o",
    streaming: false,
    outcome: "succeeded",
    status: 200,
    error_code: null,
    fallback_used: false,
    substituted: "none",
    partial: false,
    finish_reason: "stop",
    input_tokens: 100,
    cached_input_tokens: null,
    cache_write_tokens: null,
    output_tokens: 50,
    reasoning_tokens: null,
    billed_input_tokens: null,
    billed_output_tokens: null,
    usage_source: "reported",
    cost_nanousd: 750_000,
    cost_usd: "0.00075",
    price_source: "list",
    first_byte_ms: 104,
    duration_ms: 120,
    end_user: null,
    tags: {},
    decision: {
      resolution: {
        requested: "gpt-4o",
        alias: "gpt-4o",
        intent: "chat",
        tier: "default",
        models: ["gpt-4o"],
        recognised: true,
        exact_only: false,
        explanation: "`gpt-4o` means chat/default, exactly `gpt-4o`.",
        substitution: null,
        response_model: "actual",
      },
      strategy: { name: "default", source: "fallback", explanation: "Nobody asked for a strategy." },
      candidates: [
        candidateOf(),
        candidateOf({ provider: "anthropic", provider_key_id: "key-2", model: "claude", exact: false }),
      ],
      skipped: [],
      explanation: "",
      explored: false,
      steps: [],
    },
    attempts: [attemptOf({})],
    ...change,
  };
}

export function candidateOf(change: Partial<Schemas["LoggedCandidate"]> = {}): Schemas["LoggedCandidate"] {
  return {
    provider: "openai",
    provider_key_id: "key-1",
    model: "gpt-4o",
    exact: true,
    reason: "Priority 10.",
    estimated_cost_nanousd: 2_000_000,
    dropped: [],
    approximated: [],
    ...change,
  };
}

export function attemptOf(change: Partial<Attempt>): Attempt {
  return {
    number: 1,
    provider: "openai",
    provider_key_id: "key-1",
    model: "gpt-4o",
    outcome: "ok",
    started_ms: 4,
    duration_ms: 116,
    first_byte_ms: 100,
    status: 200,
    verdict: null,
    message: null,
    retry_after_s: null,
    possibly_billed: false,
    fallback: false,
    ...change,
  };
}
