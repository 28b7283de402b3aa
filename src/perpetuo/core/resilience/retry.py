"""What to do next within one request. Pure: the attempts so far in, one step out."""

from collections.abc import Mapping, Sequence

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
    *,
    candidates: Sequence[Candidate],
    failures: Sequence[Failure],
    deadline_left_s: float,
    waits_s: Mapping[int, float] | None = None,
    sent_to_client: bool = False,
) -> TryCandidate | GiveUp:
    """The next candidate in order; after all of them one more try of one to which nothing had been sent.

    At most candidates + 1 attempts. waits_s: index of a candidate that may not be asked now -> seconds until it may.
    sent_to_client: the client has content; there is no second answer.
    """
    if candidates and not (failures or waits_s or sent_to_client or candidates[0].standby) and deadline_left_s > 0:
        return TryCandidate(0, f"Asking {_name(candidates[0])}, number 1 in the order.")
    waits_s = waits_s or {}
    if sent_to_client:
        return GiveUp(
            "stream_interrupted",
            "The provider's stream broke before its end.",
            "The client already has a part of the answer, so nobody else is asked.",
        )
    if failures and not failures[-1].verdict.retry_next:
        return _fatal(failures[-1])
    if deadline_left_s <= 0:
        return GiveUp("upstream_timeout", "The request's deadline has passed.", "The request's deadline has passed.")
    tried = {failure.index for failure in failures}
    # A refused key speaks for all of its models: candidates of a key that cools as a whole are passed over.
    cooled_keys = {candidates[f.index].key.id for f in failures if f.verdict.cool_key}
    lacking_keys = {candidates[f.index].key.id for f in failures if f.verdict.model_missing}
    waits_left_s: list[float] = []
    for index, candidate in enumerate(candidates):
        if index in tried or candidate.key.id in cooled_keys:
            continue
        if candidate.standby and candidate.key.id not in lacking_keys:
            continue
        if index not in waits_s:
            return TryCandidate(index, f"Asking {_name(candidate)}, number {index + 1} in the order.")
        waits_left_s.append(waits_s[index])
    if len(failures) <= len(candidates):
        for failure in failures:
            again = sum(1 for other in failures if other.index == failure.index) > 1
            candidate = candidates[failure.index]
            not_now = failure.index in waits_s or candidate.key.id in cooled_keys
            if not failure.failure.sent and not again and not not_now and _may_retry(failure.verdict):
                return TryCandidate(failure.index, f"Asking {_name(candidate)} once more: nothing had been sent to it.")
    return _exhausted(failures, waits_left_s)


def _may_retry(verdict: Verdict) -> bool:
    return verdict.cool_s is None and not verdict.invalid_request


def _fatal(last: Failure) -> GiveUp:
    if last.verdict.quarantine_key:
        return GiveUp(
            "provider_auth_failed", "The provider refused the workspace's provider key.", last.verdict.explanation
        )
    return GiveUp("upstream_rejected", "The provider says the request is invalid.", last.verdict.explanation)


def _exhausted(failures: Sequence[Failure], waits_s: Sequence[float]) -> GiveUp:
    """waits_s: of the candidates that were not asked because it was not their time."""
    verdicts = [failure.verdict for failure in failures]
    if verdicts and all(verdict.invalid_request for verdict in verdicts):
        return GiveUp(
            "upstream_rejected", "No provider's protocol can carry it.", "No candidate can carry the request."
        )
    if verdicts and not waits_s and all(verdict.model_missing for verdict in verdicts):
        return GiveUp("model_not_found", "No provider of this workspace has the model.", "Every candidate lacks it.")
    # Who lacks the model or can not carry the request says nothing about when another try makes sense.
    judged = [verdict for verdict in verdicts if not verdict.model_missing and not verdict.invalid_request]
    waits = [*waits_s, *(verdict.cool_s for verdict in judged if verdict.cool_s is not None)]
    if waits_s or any(verdict.rate_limited for verdict in judged):
        return GiveUp(
            "upstream_unavailable",
            "No provider can answer now: at least one limits the rate, is out of quota, or is left alone for a while.",
            "No candidate is left; one of them can be asked again later.",
            retry_after_s=min(waits, default=5.0),
        )
    if judged and all(verdict.timed_out for verdict in judged):
        return GiveUp("upstream_timeout", "Every provider was too slow.", "Every candidate was too slow.")
    return GiveUp(
        "upstream_failed", "Every provider failed.", "Every candidate failed.", retry_after_s=min(waits, default=None)
    )


def _name(candidate: Candidate) -> str:
    return f"{candidate.vendor.name}/{candidate.model.id}"
