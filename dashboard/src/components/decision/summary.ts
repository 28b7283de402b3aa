import type { Schemas } from "../../api/client";
import { meaningOfError, nameOf, nameOfAttempt, sourceOfStrategy } from "./words";

type LogDetail = Schemas["LogDetail"];

/** The decision in one sentence or three: what was asked, by what it was ordered, who failed, who answered. */
export function summaryOf(log: LogDetail): string {
  const resolution = log.decision?.resolution;
  const asked = log.requested_model === "" ? "A request" : `“${log.requested_model}”`;
  if (!resolution) return `${asked} was refused. ${reasonOf(log)}`;
  const sentences = [`${asked} means ${resolution.intent}/${resolution.tier}.`];
  const strategy = log.decision?.strategy;
  const count = log.decision?.candidates.length ?? 0;
  if (strategy && count > 1) {
    sentences.push(`${count} candidates, ordered by ${strategy.name} (${sourceOfStrategy(strategy.source)}).`);
  }
  sentences.push(endOf(log));
  return sentences.join(" ");
}

function endOf(log: LogDetail): string {
  const failed = log.attempts.filter((attempt) => attempt.outcome !== "ok");
  const failures = failed.map((attempt) => `${nameOf(attempt)} failed (${nameOfAttempt(attempt)})`).join(", ");
  if (log.provider !== null && log.outcome === "succeeded") {
    const answer = `${nameOf(log)} answered`;
    if (failed.length === 0)
      return `${answer}${log.decision?.candidates.length === 1 ? ": it was the only candidate." : ": it was first."}`;
    return `${failures}, then ${answer}.`;
  }
  if (log.attempts.length === 0) return `Nobody was asked. ${reasonOf(log)}`;
  if (log.outcome === "client_closed")
    return failures === "" ? "The client left before the end." : `${failures}; the client left.`;
  return `${failures || "It broke off"}; no answer.`;
}

function reasonOf(log: LogDetail): string {
  if (log.error_code === null) return `The client got ${log.status}.`;
  return meaningOfError(log.error_code) ?? `${log.error_code}.`;
}
