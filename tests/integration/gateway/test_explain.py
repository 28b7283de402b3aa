"""What the explanation says is what a real request through the gateway then gets."""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from gateway_harness import (
    API_KEY,
    API_KEY_ID,
    WORKSPACE,
    MemorySnapshots,
    RunningGateway,
    provider,
    running_gateway,
)
from perpetuo.core.decision import DecisionNote
from perpetuo.core.errors import UpstreamFailure
from perpetuo.core.ids import uuid7
from perpetuo.core.inspection import Explanation, RouteQuestion
from perpetuo.core.request import parse_chat_request, parse_embeddings_request
from perpetuo.core.resilience.availability import Availability
from perpetuo.core.resilience.error_classifier import ErrorClassifier
from perpetuo.core.resilience.headroom import Budget, Headroom
from perpetuo.core.resilience.health import Health
from perpetuo.core.snapshot import AliasTarget, ApiKey, Workspace
from perpetuo.gateway.admit import Admission
from perpetuo.gateway.explain import RouteExplainer
from perpetuo.gateway.request_ids import RequestIds

NOWHERE = "http://127.0.0.1:9"
pytestmark = pytest.mark.asyncio(loop_scope="module")
KEYS = tuple(
    provider(vendor, f"{NOWHERE}/{vendor}", priority=priority)
    for priority, vendor in enumerate(("openai", "anthropic", "mistral", "bedrock"), start=1)
)
OPENAI, ANTHROPIC, MISTRAL, BEDROCK = KEYS
MESSAGES = [{"role": "user", "content": "count to five"}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
EXPLORING = 16
"""Of this number as entropy the request id draws an exploration."""


class StandingClock:
    """Nothing decays or ends between the question and the request."""

    def monotonic_s(self) -> float:
        return 5_000.0

    def wall_s(self) -> float:
        return 1_795_000_000.0


class FixedEntropy:
    def __init__(self, number: int = 0) -> None:
        self.number = number

    def random_bytes(self, count: int) -> bytes:
        return self.number.to_bytes(count, "big")


class OneByOne(FixedEntropy):
    """Of a draw of many, the first is the number."""

    def random_bytes(self, count: int) -> bytes:
        return self.number.to_bytes(10, "big").ljust(count, b"\0")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningGateway]:
    """One for the whole table: what differs is its configuration and what it knows."""
    async with running_gateway(tmp_path_factory.mktemp("explain")) as gateway:
        yield gateway


@pytest.fixture
def gateway(running: RunningGateway) -> RunningGateway:
    """As it is right after its start, with all keys."""
    state = running.state
    state.clock, state.entropy = StandingClock(), FixedEntropy()
    state.availability, state.health, state.headroom = Availability(), Health(), Headroom()
    state.admission = Admission(None)
    configure(running, KEYS)
    return running


def configure(
    gateway: RunningGateway,
    keys: tuple[Any, ...],
    workspace: Mapping[str, Any] | None = None,
    api_key: Mapping[str, Any] | None = None,
) -> None:
    tenant = Workspace(WORKSPACE, "test", provider_keys=keys, **(workspace or {}))
    state_of_key = ApiKey(API_KEY_ID, WORKSPACE, "test", **(api_key or {}))
    gateway.state.snapshots = MemorySnapshots(tenant, api_keys={API_KEY: state_of_key})


class Case(msgspec.Struct):
    """body, headers: of the request. prepare: of the live state."""

    body: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}
    workspace: Mapping[str, Any] = {}
    api_key: Mapping[str, Any] = {}
    keys: tuple[Any, ...] = KEYS
    prepare: Callable[[RunningGateway], None] = lambda gateway: None
    embeddings: bool = False
    entropy: int = 0


def failed(*keys_and_statuses: tuple[Any, str, int]) -> Callable[[RunningGateway], None]:
    def prepare(gateway: RunningGateway) -> None:
        state = gateway.state
        for key, model, status in keys_and_statuses:
            verdict = ErrorClassifier().classify(UpstreamFailure("status", "no", status=status))
            for _ in range(10):
                state.availability.record_failure(key, model, verdict, state.clock.monotonic_s(), 0.5)

    return prepare


def measured(gateway: RunningGateway) -> None:
    now_s = gateway.state.clock.monotonic_s()
    for key, first_byte_ms, failures in ((OPENAI, 900.0, 5), (ANTHROPIC, 200.0, 0), (MISTRAL, 500.0, 1)):
        for model in ("gpt-4o", "claude-sonnet-4-6", "mistral-medium-3.5"):
            for _ in range(10):
                gateway.state.health.record_success(key.id, model, now_s, first_byte_ms=first_byte_ms)
            for _ in range(failures):
                gateway.state.health.record_failure(key.id, model, now_s)


def short_of_requests(gateway: RunningGateway) -> None:
    budget = Budget("requests", "requests", 0, gateway.state.clock.monotonic_s() + 30)
    gateway.state.headroom.record(OPENAI.id, "gpt-4o", [budget])


CASES = {
    "a name that one vendor has": Case(),
    "a tier": Case({"model": "perpetuo/chat-cheap"}),
    "a vendor's prefix": Case({"model": "anthropic/claude-sonnet-4-5"}),
    "a name nobody knows": Case({"model": "gpt-4oo"}),
    "a name nobody knows where that means the default": Case(
        {"model": "gpt-4oo"}, workspace={"unknown_models": "default"}
    ),
    "fastest by header": Case(headers={"x-perpetuo-route": "fastest"}, prepare=measured),
    "cheapest by header": Case({"max_tokens": 100}, headers={"x-perpetuo-route": "cheapest"}),
    "reliable by the workspace": Case(workspace={"strategy": "reliable"}, prepare=measured),
    "a strategy that there is not": Case(headers={"x-perpetuo-route": "best"}),
    "one with little data explored": Case(headers={"x-perpetuo-route": "fastest"}, prepare=measured, entropy=EXPLORING),
    "no substitution by header": Case({"model": "gpt-4o"}, headers={"x-perpetuo-substitution": "never"}),
    "no substitution by the workspace, and nobody has it": Case(
        {"model": "grok-4"}, workspace={"substitution": "never"}
    ),
    "no substitution by the key": Case({"model": "grok-4"}, api_key={"substitution": "never"}),
    "a substitution that there is not": Case(headers={"x-perpetuo-substitution": "always"}),
    "substitutes last": Case(headers={"x-perpetuo-substitution": "fallback", "x-perpetuo-route": "cheapest"}),
    "an alias that the key allows": Case({"model": "gpt-4o"}, api_key={"allowed_aliases": ("gpt-4o",)}),
    "an alias that the key does not allow": Case({"model": "gpt-4o"}, api_key={"allowed_aliases": ("claude-opus",)}),
    "an alias of the workspace": Case(
        {"model": "ours"}, workspace={"aliases": {"ours": AliasTarget(models=("claude-sonnet-4-5", "gpt-4o"))}}
    ),
    "an alias of the workspace that takes no other": Case(
        {"model": "ours"},
        workspace={"aliases": {"ours": AliasTarget(models=("grok-4",), substitution="never")}},
    ),
    "an image": Case({"messages": [{"role": "user", "content": [IMAGE]}]}),
    "an image by URL": Case(
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.test/b"}}]}]}
    ),
    "a forced tool": Case({"tools": [TOOL], "tool_choice": "required"}),
    "a JSON schema": Case(
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}}
    ),
    "a field that others lose": Case({"logit_bias": {"1": 1}, "seed": 1}),
    "strict": Case({"seed": 1}, headers={"x-perpetuo-strict": "on"}),
    "a file that one vendor holds": Case(
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]}
    ),
    "too long for some": Case({"max_tokens": 900_000}),
    "embeddings": Case({"model": "text-embedding-3-small"}, embeddings=True),
    "embeddings of a name that only chats": Case({"model": "claude-sonnet-4-5"}, embeddings=True),
    "a key that is refused": Case(prepare=failed((OPENAI, "gpt-4o", 401))),
    "a breaker open": Case(prepare=failed((OPENAI, "gpt-4o", 500))),
    "a model that is missing": Case(prepare=failed((OPENAI, "gpt-4o", 404))),
    "everybody refused": Case(prepare=failed(*((key, "m", 401) for key in KEYS))),
    "the exact one cools, and no other may": Case(
        headers={"x-perpetuo-substitution": "never"}, prepare=failed((OPENAI, "gpt-4o", 429))
    ),
    "no room in the rate limit": Case(prepare=short_of_requests),
    "nobody but a switched-off key": Case(keys=(msgspec.structs.replace(OPENAI, enabled=False),)),
    "no provider key at all": Case(keys=()),
    "the quota used up": Case(workspace={"quota_requests_month": 0}),
    "too many tokens for the quota": Case({"max_tokens": 5000}, workspace={"quota_tokens_month": 4000}),
    "a budget used up": Case(api_key={"budget_nanousd_month": 0}),
    "a budget too small for this": Case({"max_tokens": 4000}, api_key={"budget_nanousd_month": 1000}),
    "an expired key": Case(api_key={"expires_at_s": 1.0}),
    "a suspended workspace": Case(workspace={"suspended": True}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_explanation_is_what_the_request_then_gets(gateway: RunningGateway, case: Case) -> None:
    path = "/v1/embeddings" if case.embeddings else "/v1/chat/completions"
    given = {"input": "count"} if case.embeddings else {"messages": MESSAGES}
    body = {"model": "gpt-4o"} | given | dict(case.body)
    configure(gateway, case.keys, case.workspace, case.api_key)
    gateway.state.request_ids = RequestIds(OneByOne(case.entropy))
    case.prepare(gateway)
    settled_before = len(await gateway.settlements())
    explained = RouteExplainer(gateway.state).explain(asked(body, case))
    reply = await gateway.http.post(path, json=body, headers=dict(case.headers))
    told = explained.refusal
    if told is None:
        assert reply.status_code == 502, reply.text  # forwarded to a port where nobody listens
    else:
        error = reply.json()["error"]
        assert (told.status, told.code) == (reply.status_code, error["code"]), reply.text
        assert (told.message, told.param) == (error["message"], error["param"])
        wait = None if told.retry_after_s is None else str(math.ceil(told.retry_after_s))
        assert wait == reply.headers.get("retry-after")
    if told is not None and told.code in ("invalid_api_key", "workspace_suspended"):
        assert explained.decision is None
        return
    (row,) = (await gateway.settled(settled_before + 1))[settled_before:]
    decision = row.decision
    assert explained.decision == (None if decision is None else msgspec.structs.replace(decision, steps=()))
    if decision is not None and told is None:
        assert [figures.estimated_cost_nanousd for figures in explained.figures] == [
            note.estimated_cost_nanousd for note in decision.candidates
        ]
        assert decision.explored == (case.entropy == EXPLORING)


def asked(body: dict[str, Any], case: Case) -> RouteQuestion:
    raw = msgspec.json.encode(body)
    strategy, substitution = (case.headers.get(f"x-perpetuo-{name}") for name in ("route", "substitution"))
    question = RouteQuestion(
        WORKSPACE,
        body["model"],
        strategy=strategy,
        substitution=substitution,
        api_key_id=API_KEY_ID,
        request_id=str(uuid7(int(StandingClock().wall_s() * 1000), FixedEntropy(case.entropy).random_bytes(10))),
        strict="x-perpetuo-strict" in case.headers,
    )
    if case.embeddings:
        request = parse_embeddings_request(raw)
        return msgspec.structs.replace(question, intent="embedding", input_tokens=request.input_tokens_estimate)
    chat = parse_chat_request(raw)
    return msgspec.structs.replace(
        question,
        input_tokens=chat.input_tokens_estimate,
        max_output_tokens=chat.max_output_tokens,
        needs=chat.needs,
        uses=chat.uses,
        forced_tool=chat.forced_tool,
    )


def explain(gateway: RunningGateway, **fields: Any) -> Explanation:
    return RouteExplainer(gateway.state).explain(RouteQuestion(WORKSPACE, "gpt-4o", **fields))


async def test_a_question_changes_nothing(gateway: RunningGateway) -> None:
    workspace = {"quota_requests_month": 10, "quota_tokens_month": 10_000_000}
    configure(gateway, KEYS, workspace, {"requests_per_minute": 1, "budget_nanousd_month": 10**12})
    state = gateway.state
    measured(gateway)
    short_of_requests(gateway)
    failed((OPENAI, "gpt-4o", 500), (ANTHROPIC, "claude-sonnet-4-6", 401))(gateway)
    now_s = state.clock.monotonic_s()

    def everything() -> object:
        return (
            list(state.availability.states(now_s)),
            list(state.health.states(now_s)),
            list(state.headroom.known()),
            state.admission.accounts,
            set(state.in_flight),
        )

    before = everything()
    records, events = await gateway.records(), list(gateway.sink.events)
    for _ in range(3):
        for explanation in (
            RouteExplainer(state).compare(RouteQuestion(WORKSPACE, "gpt-4o", api_key_id=API_KEY_ID)).values()
        ):
            assert explanation.refusal is None
    assert everything() == before
    assert (await gateway.records(), gateway.sink.events) == (records, events)


async def test_the_one_probe_of_a_pause_that_ended_is_not_taken_by_a_question(gateway: RunningGateway) -> None:
    availability = gateway.state.availability
    failed((OPENAI, "gpt-4o", 500))(gateway)
    later_s = gateway.state.clock.monotonic_s() + 3600

    class LaterClock(StandingClock):
        def monotonic_s(self) -> float:
            return later_s

    gateway.state.clock = LaterClock()
    decision = explain(gateway).decision
    assert decision is not None and decision.candidates[0].provider == "openai"
    assert availability.note_started(OPENAI.id, "gpt-4o", later_s).probes_model


async def test_the_figures_are_those_that_ordered_the_candidates(gateway: RunningGateway) -> None:
    measured(gateway)
    short_of_requests(gateway)
    found = explain(gateway, strategy="reliable")
    assert found.decision is not None
    figures = dict(zip((note.model for note in found.decision.candidates), found.figures, strict=True))
    openai = figures["gpt-4o"]
    assert (openai.first_byte_ms, openai.error_rate, openai.samples) == (900.0, 5 / 15, 15.0)
    assert openai.short_of is not None and openai.priority == 1
    assert figures["us.anthropic.claude-sonnet-4-6"].error_rate is None
    assert (found.substitution, found.snapshot_version) == ("tier", 1)


async def test_all_strategies_side_by_side(gateway: RunningGateway) -> None:
    measured(gateway)
    compared = RouteExplainer(gateway.state).compare(RouteQuestion(WORKSPACE, "gpt-4o", input_tokens=500))
    assert list(compared) == ["fastest", "cheapest", "reliable", "default"]
    firsts = {name: first_of(explanation.decision) for name, explanation in compared.items()}
    assert firsts["default"] == "openai" and firsts["fastest"] != "openai"


def first_of(decision: DecisionNote | None) -> str:
    assert decision is not None
    return decision.candidates[0].provider


async def test_a_question_about_needs_alone_rests_on_fields_that_have_them(gateway: RunningGateway) -> None:
    for needs in ({"vision"}, {"tools"}, {"json_object"}, {"json_schema"}, {"vision", "tools"}):
        decision = explain(gateway, needs=frozenset(needs), max_output_tokens=10).decision
        assert decision is not None and decision.candidates[0].provider == "openai", needs
    audio = explain(gateway, needs=frozenset({"audio"}))
    assert audio.refusal is not None and audio.refusal.code == "invalid_value"


async def test_another_workspace_or_key_is_not_looked_into(gateway: RunningGateway) -> None:
    explainer = RouteExplainer(gateway.state)
    stranger = explainer.explain(RouteQuestion("0192f000-0000-7000-8000-00000000ffff", "gpt-4o"))
    assert stranger.decision is None
    assert stranger.refusal is not None and stranger.refusal.code == "configuration_unavailable"
    present = gateway.state.snapshots.current
    assert present is not None
    foreign = ApiKey("0192f000-0000-7000-8000-00000000eeee", "0192f000-0000-7000-8000-00000000ffff", "foreign")
    keys = {**present.api_keys, b"f" * 32: foreign}
    gateway.state.snapshots.current = msgspec.structs.replace(present, api_keys=keys)  # type: ignore[misc]
    for api_key_id in (foreign.id, "0192f000-0000-7000-8000-00000000dddd"):
        no_key = explain(gateway, api_key_id=api_key_id)
        assert no_key.refusal is not None and (no_key.refusal.status, no_key.decision) == (401, None)
    gateway.state.snapshots.current = None  # type: ignore[misc]
    assert explain(gateway).refusal is not None
