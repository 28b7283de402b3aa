"""The decision that a request would get now, without making it: the same code as `serve`, on the same live state.

Nothing is counted, reserved or noted: no quota, no health, no probe of a breaker. Limits per minute are left out.
"""

from collections.abc import Mapping

import msgspec

from perpetuo.core.catalog import Capability
from perpetuo.core.decision import Candidate, note_decision
from perpetuo.core.errors import ClientError, GatewayError, RoutingError
from perpetuo.core.inspection import CandidateFigures, Explanation, Refusal, RouteQuestion
from perpetuo.core.principal import Principal
from perpetuo.core.resilience.health import HealthView
from perpetuo.core.resolvers.provider_selector import RequestFacts
from perpetuo.core.snapshot import STRATEGIES, ApiKey, Snapshot, StrategyName, Workspace
from perpetuo.gateway.admit import UNLIMITED_OUTPUT_TOKENS
from perpetuo.gateway.identify import check_usable
from perpetuo.gateway.replies import told
from perpetuo.gateway.select import Asked, choose, parse_substitution, refusal, resolve, shortages
from perpetuo.gateway.state import GatewayState

# A field that a request with this need has, of several the one that most protocols carry.
USE_OF_NEED: Mapping[Capability, str] = {
    "vision": "content.image_base64",
    "tools": "tools.function",
    "json_object": "response_format.json_object",
    "json_schema": "response_format.json_schema",
    "audio": "content.input_audio",
    "files": "content.file_pdf",
}
_USES_OF_NEED: Mapping[Capability, frozenset[str]] = {
    "vision": frozenset(("content.image_base64", "content.image_url", "tool.image")),
    "files": frozenset(("content.file_pdf", "content.file_other", "content.file_url", "content.file_id")),
}
"""Where a need may come from several fields, and the question names one."""


class RouteExplainer:
    """Implements the control plane's port."""

    def __init__(self, state: GatewayState) -> None:
        self._state = state

    def explain(self, question: RouteQuestion) -> Explanation:
        """A request that would be refused is explained too, as far as its decision comes. Never raises for what the
        question says."""
        snapshot = self._state.snapshots.current
        workspace = None if snapshot is None else snapshot.workspaces.get(question.workspace_id)
        if snapshot is None or workspace is None:
            error = RoutingError(
                "configuration_unavailable", "This worker has not read the workspace yet.", retry_after_s=1.0
            )
            return Explanation(None, refusal=_refused(error))
        explanation = _explain(self._state, question, snapshot, workspace)
        return msgspec.structs.replace(
            explanation, snapshot_version=snapshot.version, catalog_version=snapshot.catalog.version
        )

    def compare(self, question: RouteQuestion) -> dict[StrategyName, Explanation]:
        """The same question under each strategy, as if the client asked for it."""
        return {name: self.explain(msgspec.structs.replace(question, strategy=name)) for name in STRATEGIES}


def _explain(state: GatewayState, question: RouteQuestion, snapshot: Snapshot, workspace: Workspace) -> Explanation:
    """The steps of `serve`, in its order."""
    asked: Asked | None = None
    known = Explanation(None)
    wall_s = state.clock.wall_s()
    try:
        principal = Principal(workspace, _api_key(snapshot, question))
        check_usable(principal, wall_s)
        resolution = resolve(principal, snapshot, question.model, question.intent, question.uses)
        known = Explanation(note_decision(resolution, None, None))
        strategy = state.strategies.resolve(question.strategy, workspace)
        known = Explanation(note_decision(resolution, strategy, None))
        wanted_tokens = _wanted_tokens(question)
        state.admission.check_month(principal, wanted_tokens, 0, wall_s)
        client_substitution = parse_substitution(question.substitution)
        facts = _facts(question, workspace)
        asked = Asked(principal, snapshot, resolution, strategy, facts, client_substitution, question.request_id)
        selection = choose(state, asked)
        figures = _figures(state, asked, selection.ordered)
        known = Explanation(note_decision(resolution, strategy, selection), figures, asked.substitution)
        if not selection.ordered:
            raise refusal(asked, selection)
        cost_nanousd = selection.ordered[0].estimated_cost_nanousd or 0
        state.admission.check_month(principal, wanted_tokens, cost_nanousd, wall_s)
    except GatewayError as error:
        return msgspec.structs.replace(known, refusal=_refused(error))
    return known


def _api_key(snapshot: Snapshot, question: RouteQuestion) -> ApiKey:
    if question.api_key_id is None:
        return ApiKey("", question.workspace_id, "")
    for api_key in snapshot.api_keys.values():
        if api_key.id == question.api_key_id and api_key.workspace_id == question.workspace_id:
            return api_key
    raise ClientError("invalid_api_key", "The API key is unknown or was revoked.")


def _facts(question: RouteQuestion, workspace: Workspace) -> RequestFacts:
    """As `select.facts_of` has them of a real request."""
    if question.intent == "embedding":
        return RequestFacts(input_tokens_estimate=question.input_tokens)
    implied = {
        USE_OF_NEED[need]
        for need in question.needs
        if question.uses.isdisjoint(_USES_OF_NEED.get(need, {USE_OF_NEED[need]}))
    }
    if question.max_output_tokens is not None and question.uses.isdisjoint(("max_tokens", "max_completion_tokens")):
        implied.add("max_tokens")
    return RequestFacts(
        needs=question.needs,
        forced_tool=question.forced_tool,
        input_tokens_estimate=question.input_tokens,
        max_output_tokens=question.max_output_tokens,
        uses=question.uses | implied,
        strict=question.strict,
        may_drop_origin=workspace.drop_reasoning,
    )


def _wanted_tokens(question: RouteQuestion) -> int:
    """As `Admission.reserve` counts them."""
    if question.intent == "embedding":
        return question.input_tokens
    return question.input_tokens + (question.max_output_tokens or UNLIMITED_OUTPUT_TOKENS)


def _figures(state: GatewayState, asked: Asked, ordered: tuple[Candidate, ...]) -> tuple[CandidateFigures, ...]:
    now_s = state.clock.monotonic_s()
    health = state.health.view(now_s, {candidate.key.id for candidate in ordered})
    short = shortages(state, asked, now_s)
    return tuple(
        _figure(candidate, health.get(_place(candidate)), short.get(_place(candidate))) for candidate in ordered
    )


def _place(candidate: Candidate) -> tuple[str, str]:
    return candidate.key.id, candidate.model.id


def _figure(candidate: Candidate, view: HealthView | None, short_of: str | None) -> CandidateFigures:
    return CandidateFigures(
        priority=candidate.key.priority,
        estimated_cost_nanousd=candidate.estimated_cost_nanousd,
        first_byte_ms=None if view is None else view.first_byte_ms,
        error_rate=None if view is None else view.error_rate,
        tokens_per_s=None if view is None else view.tokens_per_s,
        samples=0.0 if view is None else view.samples,
        short_of=short_of,
        standby=candidate.standby,
    )


def _refused(error: GatewayError) -> Refusal:
    return Refusal(error.row.status, error.code, told(error), error.param, error.retry_after_s)
