"""What to do next within one request. Pure: the attempts so far in, one step out."""

from collections.abc import Sequence

import msgspec

from perpetuo.core.decision import Candidate
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.resilience.error_classifier import Verdict


class TryCandidate(msgspec.Struct, frozen=True):
    index: int
    explanation: str


class GiveUp(msgspec.Struct, frozen=True):
    """code: a row of `core.errors.TABLE`. message: for the client; the vendor's own words are added by the caller."""

    code: str
    message: str
    explanation: str
    retry_after_s: float | None = None


class Failure(msgspec.Struct, frozen=True):
    """One attempt that failed: which candidate (index in the order), how, and what the classifier said."""

    index: int
    failure: UpstreamFailure
    verdict: Verdict


def next_step(
    *, candidates: Sequence[Candidate], failures: Sequence[Failure], deadline_left_s: float
) -> TryCandidate | GiveUp:
    """The next candidate in order; after all of them one more try of one to which nothing had been sent.

    At most candidates + 1 attempts. Never called once content has reached the client.
    """
    if failures and not failures[-1].verdict.retry_next:
        return _fatal(failures[-1])
    if deadline_left_s <= 0:
        return GiveUp("upstream_timeout", "The request's deadline has passed.", "The request's deadline has passed.")
    tried = {failure.index for failure in failures}
    # A refused key speaks for all of its models: candidates of a key that cools as a whole are passed over.
    cooled_keys = {candidates[f.index].key.id for f in failures if f.verdict.cool_key}
    lacking_keys = {candidates[f.index].key.id for f in failures if f.verdict.model_missing}
    for index, candidate in enumerate(candidates):
        if index in tried or candidate.key.id in cooled_keys:
            continue
        if not candidate.standby or candidate.key.id in lacking_keys:
            return TryCandidate(index, f"Asking {_name(candidate)}, number {index + 1} in the order.")
    if len(failures) <= len(candidates):
        for failure in failures:
            again = sum(1 for other in failures if other.index == failure.index) > 1
            if not failure.failure.sent and not again and _may_ask_again(failure.verdict):
                name = _name(candidates[failure.index])
                return TryCandidate(failure.index, f"Asking {name} once more: nothing had been sent to it.")
    return _exhausted(failures)


def _may_ask_again(verdict: Verdict) -> bool:
    return verdict.cool_s is None and not verdict.invalid_request


def _fatal(last: Failure) -> GiveUp:
    if last.verdict.quarantine_key:
        return GiveUp(
            "provider_auth_failed", "The provider refused the workspace's provider key.", last.verdict.explanation
        )
    return GiveUp("upstream_rejected", "The provider says the request is invalid.", last.verdict.explanation)


def _exhausted(failures: Sequence[Failure]) -> GiveUp:
    verdicts = [failure.verdict for failure in failures]
    if verdicts and all(verdict.invalid_request for verdict in verdicts):
        return GiveUp(
            "upstream_rejected", "No provider's protocol can carry it.", "No candidate can carry the request."
        )
    waits = [verdict.cool_s for verdict in verdicts if verdict.cool_s is not None]
    if verdicts and all(verdict.model_missing for verdict in verdicts):
        return GiveUp("model_not_found", "No provider of this workspace has the model.", "Every candidate lacks it.")
    if any(verdict.rate_limited for verdict in verdicts):
        return GiveUp(
            "upstream_unavailable",
            "Every provider failed, at least one because of its rate limit or quota.",
            "Every candidate failed; one of them can be asked again later.",
            retry_after_s=min(waits, default=5.0),
        )
    if verdicts and all(verdict.timed_out for verdict in verdicts):
        return GiveUp("upstream_timeout", "Every provider was too slow.", "Every candidate was too slow.")
    return GiveUp("upstream_failed", "Every provider failed.", "Every candidate failed.")


def _name(candidate: Candidate) -> str:
    return f"{candidate.vendor.name}/{candidate.model.id}"
