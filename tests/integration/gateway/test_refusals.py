"""What is refused, with which status, and that the reply names the field and the remedy."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway_harness import API_KEY, API_KEY_ID, WORKSPACE, provider, running_gateway
from perpetuo.core.limits import IpLimiter
from perpetuo.core.snapshot import ApiKey

NOWHERE = "http://127.0.0.1:9/v1"
UNKNOWN = "pk_" + "00" * 24
GOOD = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


async def test_an_unknown_key_is_a_401_and_while_the_store_is_gone_a_503(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        unknown = {"authorization": f"Bearer {UNKNOWN}"}
        refused = await gateway.http.post("/v1/chat/completions", json=GOOD, headers=unknown)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        gateway.snapshots.reachable = False
        unsure = await gateway.http.post("/v1/chat/completions", json=GOOD, headers=unknown)
        assert unsure.status_code == 503
        assert unsure.headers["retry-after"]


@pytest.mark.parametrize("name", ["x-api-key", "api-key"])
async def test_the_key_may_come_in_the_header_the_client_library_uses(tmp_path: Path, name: str) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        listed = await gateway.http.get("/v1/models", headers={"authorization": "", name: API_KEY})
        assert listed.status_code == 200


async def test_no_key_is_a_401_and_a_foreign_looking_key_says_so(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as gateway:
        bare = await gateway.http.post("/v1/chat/completions", json=GOOD, headers={"authorization": ""})
        foreign = await gateway.http.post("/v1/chat/completions", json=GOOD, headers={"authorization": "Bearer sk-1"})
        assert (bare.status_code, foreign.status_code) == (401, 401)
        assert "pk_" in foreign.json()["error"]["message"]


async def test_an_expired_key_and_a_forbidden_alias_are_refused(tmp_path: Path) -> None:
    expired, narrow = "pk_" + "01" * 24, "pk_" + "02" * 24
    keys = {
        expired: ApiKey(API_KEY_ID, WORKSPACE, "old", expires_at_s=1.0),
        narrow: ApiKey(API_KEY_ID, WORKSPACE, "narrow", allowed_aliases=("claude-opus",)),
    }
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)], api_keys=keys) as gateway:
        old = await gateway.http.post("/v1/chat/completions", json=GOOD, headers={"authorization": f"Bearer {expired}"})
        other = await gateway.http.post(
            "/v1/chat/completions", json=GOOD, headers={"authorization": f"Bearer {narrow}"}
        )
        assert (old.status_code, other.status_code) == (401, 403)


async def test_a_path_without_v1_gets_a_404_that_says_so(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as gateway:
        reply = await gateway.http.post("/chat/completions", json=GOOD)
        assert reply.status_code == 404
        assert "/v1/chat/completions" in reply.json()["error"]["message"]
        wrong = await gateway.http.get("/v1/chat/completions")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")


async def test_an_unknown_name_is_a_404_with_the_nearest_names(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        reply = await gateway.chat("gpt-4oo")
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")
        assert "gpt-4o" in error["message"]


async def test_an_unknown_strategy_substitution_or_tag_is_a_400_that_names_the_header(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        for header, value in (
            ("X-Perpetuo-Route", "best"),
            ("X-Perpetuo-Substitution", "always"),
            ("X-Perpetuo-Tags", "team"),
        ):
            reply = await gateway.chat(headers={header: value})
            assert (reply.status_code, reply.json()["error"]["param"]) == (400, header)


async def test_the_monthly_quota_blocks_with_the_date_it_resets_and_spends_nothing(tmp_path: Path) -> None:
    limited = {"quota_requests_month": 0}
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)], workspace=limited) as gateway:
        reply = await gateway.chat()
        error = reply.json()["error"]
        assert (reply.status_code, error["type"]) == (429, "insufficient_quota")
        assert "resets on 20" in error["message"]
        assert int(reply.headers["retry-after"]) > 0
        (settled,) = await gateway.settled(1)
        assert (settled.outcome, settled.attempts, settled.error_code) == ("rejected", (), "insufficient_quota")


async def test_the_address_limit_names_its_setting(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, ip_limiter=IpLimiter(2)) as gateway:
        statuses = [(await gateway.http.get("/v1/models")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert "PERPETUO_IP_RATE_LIMIT" in (await gateway.http.get("/v1/models")).json()["error"]["message"]


async def test_a_body_over_the_limit_or_encoded_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)], max_body_bytes=1000) as gateway:
        big = await gateway.chat(user="x" * 2000)
        assert (big.status_code, big.json()["error"]["code"]) == (413, "body_too_large")
        packed = await gateway.http.post(
            "/v1/chat/completions", content=b"\x1f\x8b", headers={"content-encoding": "gzip"}
        )
        assert packed.status_code == 415


async def test_no_provider_key_at_all_is_a_503_that_says_what_to_add(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as gateway:
        reply = await gateway.chat()
        assert (reply.status_code, reply.json()["error"]["code"]) == (503, "no_provider")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["model", "messages", "stream", "tools", "tool_choice", "n", "max_tokens", "temperature", "response_format",
     "stream_options", "stop", "user", "metadata", "seed", "logprobs", "functions", "top_p"]
)  # fmt: skip


def _broken(field: str, value: object) -> bytes:
    return msgspec.json.encode({**GOOD, field: value})


async def test_300_malformed_requests_get_only_4xx_that_name_the_field(tmp_path: Path) -> None:
    """Some of the generated bodies happen to be right: these reach the (dead) provider and come back as 502."""
    bodies: list[tuple[str, bytes]] = []

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        st.one_of(
            st.tuples(st.just("body"), st.binary(max_size=64)),
            st.tuples(st.just("body"), JSON_VALUES.filter(lambda v: not isinstance(v, dict)).map(msgspec.json.encode)),
            FIELDS.flatmap(lambda f: st.tuples(st.just(f), JSON_VALUES.map(lambda v, f=f: _broken(f, v)))),
        )
    )
    def collect(case: tuple[str, bytes]) -> None:
        bodies.append(case)

    collect()
    assert len(bodies) >= 300
    refused = 0
    async with running_gateway(tmp_path, [provider("openai", NOWHERE)]) as gateway:
        for field, body in bodies:
            gateway.state.availability.__init__()  # type: ignore[misc] - the dead provider's breaker is not the subject
            reply = await gateway.http.post(
                "/v1/chat/completions", content=body, headers={"content-type": "application/json"}
            )
            error = reply.json()["error"]
            assert reply.status_code < 500 or error["code"] == "upstream_failed", (body, reply.text)
            assert "Traceback" not in reply.text
            if reply.status_code < 500:
                refused += 1
                assert error["param"], (body, reply.text)
                assert error["param"].split("[")[0].split(".")[0] in (field, "body"), (body, reply.text)
    assert refused > 150
