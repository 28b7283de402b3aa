"""One conversation, as every client library holds it, and what both of its ends must have seen.

1. The user asks about images; the answer is streamed.
2. The user wants the tools used; two parallel calls come, one of them without arguments.
3. Their results go back; a last text comes.

It is held twice in a row: turns 2 and 3 whole, then streamed. A structured answer or several follow.
"""

import base64
import json
from typing import Any

from lab_gateway import TEXT, TOOLS, USAGE, LabGateway, strings_in

from gateway_harness import API_KEY
from perpetuo.lab import LedgerEntry, Script, ScriptedToolCall, ScriptedUsage

QUESTION = 'What is on these?  “Zürich”\n– "東京"'
PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
).decode()
IMAGE_URL = "https://images.example/two cities.png".replace(" ", "%20")
RESULTS = {"get_weather": "21 °C,\n“clear” 🌤 \\o/", "get_time": "12:00 – noon"}
FINAL = 'It is noon;\n\n21 °C 🌤 in Saint-"Étienne" \\ 東京.'
CALLS = (ScriptedToolCall("get_weather", {"city": 'Saint-"Étienne"\n', "days": 3}), ScriptedToolCall("get_time", {}))
TURNS = (
    Script(text=TEXT, usage=USAGE),
    Script(tool_calls=CALLS, usage=ScriptedUsage(input_tokens=260, output_tokens=31)),
    Script(text=FINAL, usage=ScriptedUsage(input_tokens=301, output_tokens=17)),
)


def play_conversation(lab: LabGateway) -> dict[str, Any]:
    """Readies the vendor. Returns the job of the client."""
    lab.vendor.play([*TURNS, *TURNS])
    return {
        "base_url": lab.base_url,
        "api_key": API_KEY,
        "model": lab.model,
        "question": QUESTION,
        "image_base64": PNG,
        "image_url": IMAGE_URL if lab.shape.image_urls else None,
        "tools": TOOLS,
        "results": RESULTS,
    }


async def assert_conversation(lab: LabGateway, seen: dict[str, Any], *, structured: int) -> None:
    """seen: what the client printed. structured: how many structured answers it asked for."""
    entries = lab.vendor.ledger.inference()
    assert [entry.status for entry in entries] == [200] * (6 + structured), "each request was answered at once"
    assert [entry.stream for entry in entries[:6]] == [True, False, False, True, True, True]
    for name, start in (("whole", 0), ("streamed", 3)):
        _assert_client_side(seen[name], entries[start : start + 3])
        _assert_vendor_side(lab, seen[name], start)
    assert [entry.images for entry in entries[:6]] == [1 + lab.shape.image_urls] * 6
    assert seen["structured"] == [json.loads(entry.content_sent) for entry in entries[6:]]
    await assert_books_agree(lab)


def _assert_client_side(seen: dict[str, Any], entries: list[LedgerEntry]) -> None:
    assert seen["answers"] == [TEXT, FINAL]
    ids = [call[0] for call in seen["calls"]]
    assert all(ids)
    assert len(set(ids)) == len(CALLS)
    for (_, name, arguments), call in zip(seen["calls"], CALLS, strict=True):
        # Libraries that parse the arguments give the object, the others the very text.
        expected = compact(call) if isinstance(arguments, str) else call.arguments
        assert (name, arguments) == (call.name, expected)
    reported = [entry.reported for entry in entries]
    assert seen["usage"] == [[one.input_tokens, one.output_tokens] for one in reported if one is not None]


def compact(call: ScriptedToolCall) -> str:
    return json.dumps(call.arguments, ensure_ascii=False, separators=(",", ":"))


def _assert_vendor_side(lab: LabGateway, seen: dict[str, Any], start: int) -> None:
    first, second, third = (strings_in(body) for body in lab.vendor.bodies[start : start + 3])
    for strings in (first, second, third):
        assert QUESTION in strings
        assert any(text.endswith(PNG) for text in strings), "the image arrives as it was"
        assert not lab.shape.image_urls or IMAGE_URL in strings
    assert TEXT in second and TEXT in third
    assert set(RESULTS.values()) <= set(third)
    if lab.shape.call_ids:
        for call_id, *_ in seen["calls"]:
            assert third.count(call_id) == 2, "the call and its result bear the vendor's own id"


async def assert_books_agree(lab: LabGateway) -> None:
    """Ours with the vendor's: each request it saw, once, with the usage it put on the wire."""
    entries = lab.vendor.ledger.inference()
    settled = {settlement.id: settlement.usage for settlement in await lab.gateway.settled(len(entries))}
    assert len(settled) == len(entries)
    for entry in entries:
        assert entry.request_id is not None and entry.reported is not None
        usage = settled[entry.request_id]
        assert (usage.input_tokens, usage.output_tokens) == (entry.reported.input_tokens, entry.reported.output_tokens)
