import { render, screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { CandidateList } from "./CandidateList";
import { DecisionSteps } from "./DecisionSteps";
import { attemptOf, candidateOf, logOf } from "./testLog";

vi.mock("../../app/SessionContext", () => ({ useSession: () => ({ can: () => false }) }));

const HOSTILE = '<img src=x onerror="globalThis.hit=1"> `x` ';

test("every attempt is told in words: how it ended, when, and what was done then", () => {
  const log = logOf({
    provider: "anthropic",
    model: "claude",
    provider_key_id: "key-2",
    fallback_used: true,
    substituted: "fallback",
    attempts: [
      attemptOf({
        outcome: "first_byte_timeout",
        status: null,
        verdict: "RETRYABLE",
        first_byte_ms: null,
        message: "Nothing came.",
      }),
      attemptOf({
        number: 2,
        provider: "anthropic",
        provider_key_id: "key-2",
        model: "claude",
        started_ms: 121,
        duration_ms: 70,
      }),
    ],
  });
  render(<DecisionSteps log={log} />);
  const [first, second] = within(screen.getByRole("list", { name: "Attempts" })).getAllByRole("listitem");
  expect(first?.textContent).toContain("no first byte in time");
  expect(first?.textContent).toContain("The next candidate was asked.");
  expect(first?.textContent).toContain("Started after 4.0 ms, ended after 120 ms.");
  expect(first?.textContent).toContain("Nothing came.");
  expect(second?.textContent).toContain("answered");
  expect(screen.getByText("Another model than was asked for: those before it had failed.")).toBeTruthy();
});

test("a fatal error says that nobody else was asked", () => {
  render(
    <DecisionSteps
      log={logOf({
        provider: null,
        model: null,
        outcome: "failed",
        status: 502,
        error_code: "provider_auth_failed",
        attempts: [attemptOf({ outcome: "status", status: 401, verdict: "FATAL", first_byte_ms: null })],
      })}
    />,
  );
  expect(screen.getByText("Aborted: no other candidate would do better.")).toBeTruthy();
  expect(screen.getByText("The provider refused the workspace's key.")).toBeTruthy();
});

test("names and messages of clients and providers are text", () => {
  const log = logOf({ requested_model: HOSTILE, attempts: [attemptOf({ message: HOSTILE, model: HOSTILE })] });
  const { decision } = log;
  if (decision?.resolution == null) throw new Error("logOf has a decision");
  decision.resolution = { ...decision.resolution, requested: HOSTILE, explanation: HOSTILE };
  decision.candidates = [candidateOf({ reason: HOSTILE, model: HOSTILE, dropped: [HOSTILE] })];
  decision.steps = [HOSTILE];
  const { container } = render(<DecisionSteps log={log} />);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent?.split("<img src=x").length).toBeGreaterThan(8);
});

test("of an explained decision the number that ordered is the one emphasised", () => {
  const live = {
    ...candidateOf({ reason: "Recent error rate 1.0%." }),
    standby: false,
    priority: 10,
    first_byte_ms: 312,
    error_rate: 0.01,
  };
  render(<CandidateList candidates={[live]} skipped={[]} strategy="reliable" />);
  const weightOf = (name: string) => screen.getByText(name).nextElementSibling?.getAttribute("style") ?? "";
  expect(weightOf("Errors")).toContain("font-weight: 600");
  expect(weightOf("First byte")).not.toContain("font-weight: 600");
});

test("who was skipped stands below, with the time that was left", () => {
  const skip = {
    provider: "groq",
    provider_key_id: "key-3",
    model: "llama",
    code: "cooling",
    reason: "It limits the rate.",
    retry_after_s: 12,
  };
  render(<CandidateList candidates={[]} skipped={[skip]} strategy={null} />);
  expect(screen.getByText("No candidate.")).toBeTruthy();
  expect(screen.getByRole("list", { name: "Skipped provider keys" }).textContent).toContain(
    "Not asked for another 12 s.",
  );
});

test("two keys of a provider are told apart by their labels, one alone is not labelled", () => {
  const candidates = [
    candidateOf(),
    candidateOf({ provider_key_id: "key-9" }),
    candidateOf({ provider: "groq", provider_key_id: "key-5" }),
  ];
  const names = new Map([["key-1", "main account"]]);
  render(<CandidateList candidates={candidates} skipped={[]} strategy={null} keyNames={names} />);
  const [first, second, third] = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(first).toContain("main account");
  expect(second).toContain("key …ey-9");
  expect(third).not.toContain("main account");
});
