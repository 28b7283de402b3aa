"""Bedrock behind the gateway: what is signed here is checked by the simulated vendor, which computes it anew."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway_harness import RunningGateway, provider, running_gateway
from perpetuo.lab import Script, SimulatedVendor, VendorSettings

MODEL = "us.anthropic.claude-sonnet-4-6"
ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
MESSAGES = [{"role": "user", "content": "go on"}]


def document(**more: str) -> str:
    """A custom host names no region, so the key does."""
    keys = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET, "region": "eu-west-1"}
    return json.dumps(keys | more)


@asynccontextmanager
async def gateway_with(tmp_path: Path, secret: str) -> AsyncIterator[tuple[RunningGateway, SimulatedVendor]]:
    async with SimulatedVendor("bedrock", "bedrock", settings=VendorSettings(aws_secret=SECRET)) as vendor:
        vendor.set_script(Script(text="some words"))
        async with running_gateway(tmp_path, [provider("bedrock", vendor.base_url, secret=secret)]) as gateway:
            yield gateway, vendor


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("more", [{}, {"session_token": "IQoJb3JpZ2luX2VjEXAMPLE=="}], ids=["long-lived", "temporary"])
async def test_a_call_is_signed_as_the_vendor_computes_it(tmp_path: Path, stream: bool, more: dict[str, str]) -> None:
    async with gateway_with(tmp_path, document(**more)) as (gateway, _):
        reply = await gateway.chat(MODEL, messages=MESSAGES, stream=stream)
        assert reply.status_code == 200, reply.text
        assert "words" in reply.text


async def test_a_signature_of_another_secret_is_the_keys_fault_and_shows_nothing_of_it(tmp_path: Path) -> None:
    wrong = "x" * 40
    async with gateway_with(tmp_path, document(secret_access_key=wrong)) as (gateway, _):
        reply = await gateway.chat(MODEL, messages=MESSAGES)
        assert (reply.status_code, reply.json()["error"]["code"]) == (502, "provider_auth_failed")
        assert wrong not in reply.text


async def test_an_api_key_needs_no_signature(tmp_path: Path) -> None:
    async with gateway_with(tmp_path, "ABSKQmVkcm9ja0FQSUtleQ==") as (gateway, _):
        assert (await gateway.chat(MODEL, messages=MESSAGES)).status_code == 200


async def test_a_key_that_can_not_sign_is_not_sent(tmp_path: Path) -> None:
    async with gateway_with(tmp_path, f"{ACCESS_KEY_ID}:{SECRET}") as (gateway, vendor):
        reply = await gateway.chat(MODEL, messages=MESSAGES)
        assert (reply.status_code, reply.json()["error"]["code"]) == (502, "provider_auth_failed")
        assert len(vendor.ledger) == 0
