"""Every recorded answer of a chat protocol, replayed to the real gateway: what a client gets, and what is booked, is
what the recorded body says when it is read the plain way (`plain_readers`).

Needs PERPETUO_RECORDINGS_DIR, whose `replay.py` runs here as a process of its own on a loopback port.
"""

import asyncio
import base64
import json
import os
import random
import re
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import httpx2
import msgspec
import pytest

from gateway_harness import CATALOG, RunningGateway, provider, running_gateway
from perpetuo.core.catalog import ALL_CAPABILITIES, Model
from perpetuo.core.snapshot import ProviderKey
from perpetuo.http.upstream import Deadlines
from perpetuo.lab import Script, SimulatedVendor
from perpetuo.ledger.records import Settlement
from plain_readers import READERS, Choice, Counts, Read, read_openai, sse_events

FOLDER = os.environ.get("PERPETUO_RECORDINGS_DIR")
pytestmark = pytest.mark.skipif(not FOLDER, reason="PERPETUO_RECORDINGS_DIR is not set")

CONCURRENCY = 8
HEALTHY = "the healthy one answers"
DEADLINES = Deadlines(connect_s=20.0, first_byte_s=20.0, idle_s=20.0, total_s=60.0)

# The recorder's name of an API -> the protocol, a vendor whose row speaks it, and a secret in the form it takes.
AWS_KEYS = json.dumps({"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "x" * 40, "region": "us-east-1"})
APIS = {
    "chat": ("openai_chat", "custom", "sk-recorded"),
    "messages": ("anthropic_messages", "anthropic", "sk-recorded"),
    "gemini": ("gemini_generate", "gemini", "recorded"),
    "converse": ("bedrock_converse", "bedrock", AWS_KEYS),
    "cohere-v2": ("cohere_chat", "cohere", "recorded"),
}
# Whose rows have another name than the recorder's folders.
ROWS = {"openai-chat": "openai", "azure-chat": "azure"}
SPOKEN = [api for api, (_, vendor, _) in APIS.items() if vendor in CATALOG.vendors]


class Case(msgspec.Struct, frozen=True):
    """number: unique, and the name of its model. document: the file that the replay server reads."""

    number: int
    id: str
    api: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    streaming: bool
    document: dict[str, Any]

    @property
    def protocol(self) -> str:
        return APIS[self.api][0]

    @property
    def model(self) -> str:
        return f"recorded-{self.number}"

    def read(self) -> Read:
        return READERS[self.protocol](self.body, streaming=self.streaming)

    def events(self) -> list[bytes]:
        """As the replay server cuts them."""
        if "amazon.eventstream" in self.headers.get("content-type", ""):
            found, rest = [], self.body
            while rest:
                total = struct.unpack(">I", rest[:4])[0]
                found, rest = [*found, rest[:total]], rest[total:]
            return found
        return [piece for piece in re.split(rb"(?<=\n\n)|(?<=\r\n\r\n)|(?<=\r\r)", self.body) if piece]


def load_cases() -> list[Case]:
    """The recorded ones, and the errors seen in public threads."""
    if not FOLDER:
        return []
    documents = [json.loads(path.read_bytes()) for path in sorted(Path(FOLDER).glob("cases/*/*.json"))]
    for place, seen in enumerate(json.loads((Path(FOLDER) / "observed_errors.json").read_bytes())):
        headers = {"content-type": "text/event-stream" if seen["stream"] else "application/json", **seen["headers"]}
        response = {"status": seen["status"], "headers": headers, "body": seen["body"]}
        tags = ["stream"] if seen["stream"] else []
        documents.append({"id": f"observed/{place}", "api": seen["api"], "response": response, "tags": tags})
    cases: list[Case] = []
    for document in documents:
        if document["api"] not in APIS:
            continue
        answer, tags = document["response"], document["tags"]
        is_binary = answer.get("body_encoding") == "base64"
        body = base64.b64decode(answer["body"]) if is_binary else answer["body"].encode()
        streaming = "stream_requested" in tags or "stream" in tags
        id_, api = document["id"], document["api"]
        cases.append(Case(len(cases), id_, api, answer["status"], answer["headers"], body, streaming, document))
    return cases


CASES = load_cases()
NO_ANSWER = re.compile(rb'^\s*\{(?!.*"(?:choices|content|candidates|output|message)")', re.DOTALL)
"""A 200 that is no answer: the recorded guest was an echo server."""
FOREIGN = [case for case in CASES if case.status == 200 and NO_ANSWER.match(case.body)]
IN_BAND = [case for case in CASES if case.status == 200 and case.id.startswith("observed/")]
ANSWERS = [case for case in CASES if case.status == 200 and case not in FOREIGN and case not in IN_BAND]
ERRORS = [case for case in CASES if case.status != 200]


@pytest.fixture(scope="module")
def replay_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assert FOLDER
    folder = tmp_path_factory.mktemp("cases")
    for case in CASES:
        path = folder / f"{case.id}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(case.document))
    command = [sys.executable, str(Path(FOLDER) / "replay.py"), "--port", "0", "--cases", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[0]
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def key_for(case: Case, replay_url: str, options: str = "", vendor: str = "") -> ProviderKey:
    """A provider whose base URL is the recording, with a model of its own that can carry everything."""
    _, row, secret = APIS[case.api]
    base_url = f"{replay_url}/case/{quote(case.id)}" + (f"/~{quote(options)}" if options else "")
    model = Model(case.model, case.model, capabilities=ALL_CAPABILITIES)
    return provider(vendor or row, base_url, label=case.id, priority=1, secret=secret, models=[model])


def own_row(case: Case) -> str:
    """The row of the very vendor that was recorded, where there is one of this protocol that needs no token fetched."""
    folder = case.id.partition("/")[0]
    vendor = CATALOG.vendors.get(ROWS.get(folder, folder))
    return vendor.name if vendor and vendor.protocol == case.protocol and vendor.auth != "google" else ""


@dataclass(frozen=True)
class Got:
    """What a client got. broken: the connection ended before the response did."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    broken: bool


async def ask(gateway: RunningGateway, case: Case) -> Got:
    options = {"stream": True, "stream_options": {"include_usage": True}} if case.streaming else {}
    body = {"model": case.model, "messages": [{"role": "user", "content": "go on"}], **options}
    received: list[bytes] = []
    broken = False
    async with gateway.http.stream("POST", "/v1/chat/completions", json=body) as reply:
        try:
            async for piece in reply.aiter_raw():
                received.append(piece)
        except httpx2.RemoteProtocolError:
            broken = True
        return Got(reply.status_code, dict(reply.headers), b"".join(received), broken)


async def for_each(cases: Sequence[Case], check: Callable[[Case], Awaitable[list[str]]]) -> None:
    """All of them, some at a time; everything that does not fit is told at once."""
    places = asyncio.Semaphore(CONCURRENCY)

    async def one(case: Case) -> list[str]:
        async with places:
            return [f"{case.id}: {wrong}" for wrong in await check(case)]

    wrong = [line for found in await asyncio.gather(*map(one, cases)) for line in found]
    assert not wrong, "\n".join(wrong)


async def row_of(gateway: RunningGateway, got: Got) -> Settlement:
    async with asyncio.timeout(10):
        while True:
            for row in await gateway.settlements():
                if row.id == got.headers["x-perpetuo-request-id"]:
                    return row
            await asyncio.sleep(0.02)


# --- whole answers and streams ---


def differences(case: Case, expected: Read, got: Read) -> list[str]:
    wrong: list[str] = []

    def same(what: str, left: object, right: object) -> None:
        if left != right:
            wrong.append(f"{what}: the vendor said {left!r:.300}, the client got {right!r:.300}")

    same("choices", sorted(expected.choices), sorted(got.choices))
    for index, said in expected.choices.items():
        seen = got.choices.get(index) or type(said)()
        same("text", said.text, seen.text)
        same("reasoning", said.reasoning, seen.reasoning)
        same("refusal", said.refusal, seen.refusal)
        same("finish reason", said.finish, seen.finish)
        same("sources", said.urls, seen.urls)
        same("calls", [(c.name, c.value()) for c in said.calls], [(c.name, c.value()) for c in seen.calls])
        for told, call in zip(said.calls, seen.calls, strict=False):
            if told.id:
                same("id of a call", told.id, call.id)
        if len({call.id for call in seen.calls}) != len(seen.calls):
            wrong.append("two calls have one id")
    if expected.counts is not None:
        same("usage", shown(expected.counts), shown(got.counts or Counts()))
    return wrong


def shown(counts: Counts) -> tuple[int | None, int, int | None, int]:
    return counts.input, counts.cached or 0, counts.output, counts.reasoning or 0


def booked(expected: Read, row: Settlement) -> list[str]:
    wrong: list[str] = []
    if (row.outcome, row.status, row.partial) != ("succeeded", 200, False):
        wrong.append(f"settled as {row.outcome} {row.status}")
    if row.finish_reason != expected.first.finish:
        wrong.append(f"settled with the finish reason {row.finish_reason!r} instead of {expected.first.finish!r}")
    usage = row.usage
    told = Counts(usage.input_tokens, usage.cached_input_tokens, usage.output_tokens, usage.reasoning_tokens)
    if expected.counts is not None and shown(told) != shown(expected.counts):
        wrong.append(f"settled with {shown(told)} tokens instead of {shown(expected.counts)}")
    if expected.counts is None and usage.source != "none":
        wrong.append(f"settled with usage that nobody told: {usage}")
    return wrong


async def check_answer(gateway: RunningGateway, case: Case) -> list[str]:
    got = await ask(gateway, case)
    if got.status != 200 or got.broken:
        return [f"status {got.status}, broken: {got.broken}: {got.body[:300]!r}"]
    expected, read = case.read(), read_openai(got.body, streaming=case.streaming)
    if case.streaming and not read.done:
        return [f"no [DONE]: {got.body[-300:]!r}"]
    return differences(case, expected, read) + booked(expected, await row_of(gateway, got))


@pytest.mark.parametrize("split", [False, True], ids=["as it came", "in pieces, through the row of its own vendor"])
@pytest.mark.parametrize("api", SPOKEN)
async def test_a_client_gets_all_of_a_recorded_answer(tmp_path: Path, replay_url: str, api: str, split: bool) -> None:
    cases = [case for case in ANSWERS if case.api == api]
    draw = random.Random(api)
    # Not below a few hundred writes a case, or the replay server is what is tested.
    sizes = {case.number: max(draw.randint(1, 40), len(case.body) // 1500) for case in cases}
    keys = [
        key_for(case, replay_url, f"split={sizes[case.number]}", own_row(case)) if split else key_for(case, replay_url)
        for case in cases
    ]
    async with running_gateway(tmp_path, keys, deadlines=DEADLINES) as gateway:
        await for_each(cases, lambda case: check_answer(gateway, case))


@pytest.mark.parametrize("case", FOREIGN, ids=[case.id for case in FOREIGN])
async def test_a_200_that_is_no_answer_is_a_failure_of_the_vendor(tmp_path: Path, replay_url: str, case: Case) -> None:
    async with running_gateway(tmp_path, [key_for(case, replay_url)]) as gateway:
        got = await ask(gateway, case)
        assert (got.status, json.loads(got.body)["error"]["code"]) == (502, "upstream_failed")


# --- streams that are cut ---


@asynccontextmanager
async def with_a_healthy_vendor(
    tmp_path: Path, cases: Sequence[Case], keys: Sequence[ProviderKey]
) -> AsyncIterator[RunningGateway]:
    """Each model is also at a healthy vendor, which is asked second."""
    models = [Model(case.model, case.model, capabilities=ALL_CAPABILITIES) for case in cases]
    async with SimulatedVendor("healthy", "openai") as vendor:
        vendor.set_script(Script(text=HEALTHY))
        healthy = provider("openai", vendor.base_url, priority=2, models=models)
        async with running_gateway(tmp_path, [*keys, healthy], deadlines=DEADLINES) as gateway:
            yield gateway


def places_to_cut(case: Case, draw: random.Random) -> list[int]:
    """Numbers of events: before any, at first content, in the middle, and the last at which the answer is not whole."""
    unfinished = [
        count
        for count in range(len(case.events()))
        if all(choice.finish is None for choice in read_start(case, count).choices.values())
    ]
    with_content = [count for count in unfinished if read_start(case, count).has_content()]
    return sorted({0, *with_content[:1], draw.choice(unfinished), unfinished[len(unfinished) // 2], unfinished[-1]})


def read_start(case: Case, events: int) -> Read:
    return READERS[case.protocol](b"".join(case.events()[:events]), streaming=True)


ARRIVES = 8
"""Events that leave the replay server for sure. It resets its connection, and what then still waits to be acknowledged
is never sent; ten segments go without waiting: https://www.rfc-editor.org/rfc/rfc6928."""


async def check_cut(gateway: RunningGateway, case: Case, events: int) -> list[str]:
    """After content: exactly one error and no end. Before it: the answer of the healthy vendor."""
    got = await ask(gateway, case)
    read = read_openai(got.body, streaming=True)
    at_most, at_least = read_start(case, events), read_start(case, min(events, ARRIVES))
    where = f"cut after {events} events: "
    if not at_least.has_content() and (not at_most.has_content() or read.first.text == HEALTHY):
        if (got.status, got.broken, read.first.text, read.done, read.errors) != (200, False, HEALTHY, True, []):
            return [f"{where}{got.status} {got.body[-400:]!r}"]
        return []
    wrong: list[str] = []
    if (got.status, read.done, len(read.errors), got.broken) != (200, False, 1, True):
        wrong.append(f"{where}{got.status}, [DONE]: {read.done}, errors: {read.errors}, {got.body[-300:]!r}")
    elif read.errors[0]["code"] != "stream_interrupted":
        wrong.append(f"{where}{read.errors[0]}")
    elif list(sse_events(got.body))[-1] != {"error": read.errors[0]}:
        wrong.append(f"{where}something follows the error")
    for index, seen in read.choices.items():
        least, most = at_least.choices.get(index, Choice()), at_most.choices[index]
        if not (most.text.startswith(seen.text) and seen.text.startswith(least.text)):
            wrong.append(f"{where}{seen.text[-200:]!r} instead of {most.text[-200:]!r}")
        if not (most.reasoning.startswith(seen.reasoning) and seen.reasoning.startswith(least.reasoning)):
            wrong.append(f"{where}{seen.reasoning[-200:]!r} instead of {most.reasoning[-200:]!r}")
        for call, whole in zip(seen.calls, most.calls, strict=False):
            if not without_space(whole.arguments).startswith(without_space(call.arguments)):
                wrong.append(f"{where}calls {seen.calls} instead of {most.calls}")
    row = await row_of(gateway, got)
    if (row.outcome, row.partial, row.error_code) != ("failed", True, "stream_interrupted"):
        wrong.append(f"{where}settled as {row.outcome}, {row.error_code}")
    if row.usage.source != "counted" or not row.usage.output_tokens:
        wrong.append(f"{where}settled with {row.usage}")
    return wrong


def without_space(text: str) -> str:
    """White space between the tokens of arguments is not kept."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("api", SPOKEN)
async def test_a_stream_that_is_cut_is_told_or_answered_by_another(tmp_path: Path, replay_url: str, api: str) -> None:
    streams = [case for case in ANSWERS if case.api == api and case.streaming]
    draw = random.Random(api)
    cuts: dict[int, int] = {}
    cases: list[Case] = []
    for case in streams:
        for events in places_to_cut(case, draw):
            number = 10_000 + len(cases)
            cuts[number] = events
            cases.append(msgspec.structs.replace(case, number=number))
    keys = [key_for(case, replay_url, f"cut={cuts[case.number]}") for case in cases]
    async with with_a_healthy_vendor(tmp_path, cases, keys) as gateway:
        await for_each(cases, lambda case: check_cut(gateway, case, cuts[case.number]))


# --- errors ---

Meaning = Literal["key", "invalid", "model", "quota", "limit", "trouble"]
"""What a person takes an error for. key: the provider key is refused. invalid: the request is at fault, for everybody.
model: this key does not have it. quota: its money is used up. limit: too much at once. trouble: of the vendor's own."""

# Judged from statuses and words alone, before our own tables were looked at. The words win.
MEANING_OF_STATUS: dict[int, Meaning] = {
    400: "invalid", 413: "invalid", 422: "invalid", 401: "key", 403: "key", 404: "model", 402: "quota", 429: "limit",
}  # fmt: skip
MEANING_OF_WORDS: dict[str, Meaning] = {
    "API key not valid": "key",
    "Invalid model: ": "model",
    "is not a valid model ID": "model",
    "insufficient_quota": "quota",
    "Failed to call a function": "trouble",  # the model wrote a call that is none; another may not
}
# Meaning -> the error a client gets when there is nobody else to ask. The first two are told even if there is.
CODE_OF_MEANING: dict[Meaning, tuple[int, str]] = {
    "key": (502, "provider_auth_failed"),
    "invalid": (400, "upstream_rejected"),
    "model": (404, "model_not_found"),
    "quota": (503, "upstream_unavailable"),
    "limit": (503, "upstream_unavailable"),
    "trouble": (502, "upstream_failed"),
}
LONG_S = 60
"""Money does not come back in seconds."""


def meaning_of(case: Case) -> Meaning:
    said = (meaning for words, meaning in MEANING_OF_WORDS.items() if words.encode() in case.body)
    return next(said, MEANING_OF_STATUS.get(case.status, "trouble"))


async def check_error(gateway: RunningGateway, case: Case) -> list[str]:
    got = await ask(gateway, case)
    meaning = meaning_of(case)
    error = json.loads(got.body)["error"]
    wrong: list[str] = []
    if (got.status, error["code"]) != CODE_OF_MEANING[meaning]:
        wrong.append(f"taken for {got.status} {error['code']} instead of {meaning}: {case.body[:200]!r}")
    wait_s = int(got.headers.get("retry-after", 0))
    if meaning in ("limit", "quota") and (wait_s >= LONG_S) != (meaning == "quota"):
        wrong.append(f"{meaning}, and the client is told to wait {wait_s} s")
    if meaning == "invalid" and words_of(case)[:60] not in error["message"]:
        wrong.append(f"the client does not learn what is wrong: {error['message']!r}, {words_of(case)!r}")
    row = await row_of(gateway, got)
    if case.status != 200 and [attempt.status for attempt in row.attempts] != [case.status]:
        wrong.append(f"attempts {row.attempts}")
    return wrong


def words_of(case: Case) -> str:
    """The vendor's message, wherever it stands."""
    document = json.loads(case.body)
    document = document[0] if isinstance(document, list) else document
    inner = document.get("error") if isinstance(document.get("error"), dict) else document
    words = inner.get("message") or inner.get("detail") or inner.get("error")
    return words if isinstance(words, str) else json.dumps(words, separators=(",", ":"), ensure_ascii=False)


async def check_fallback(gateway: RunningGateway, case: Case) -> list[str]:
    got = await ask(gateway, case)
    meaning = meaning_of(case)
    if meaning in ("key", "invalid"):
        code = json.loads(got.body)["error"]["code"] if got.status != 200 else "an answer"
        return [] if (got.status, code) == CODE_OF_MEANING[meaning] else [f"{meaning}: {got.status} {code}"]
    if got.status != 200 or read_openai(got.body, streaming=case.streaming).first.text != HEALTHY:
        return [f"{meaning}, and the healthy vendor was not asked: {got.status} {got.body[:300]!r}"]
    told = (got.headers["x-perpetuo-attempts"], got.headers["x-perpetuo-fallback"])
    return [] if told == ("2", "true") else [f"told {told}"]


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("api", SPOKEN)
async def test_an_error_means_what_a_person_takes_it_for(
    tmp_path: Path, replay_url: str, api: str, streaming: bool
) -> None:
    """Errors have one body whether or not a stream was asked for."""
    cases = [msgspec.structs.replace(case, streaming=streaming) for case in ERRORS if case.api == api]
    keys = [key_for(case, replay_url) for case in cases]
    async with running_gateway(tmp_path / "alone", keys, deadlines=DEADLINES) as gateway:
        await for_each(cases, lambda case: check_error(gateway, case))
    async with with_a_healthy_vendor(tmp_path / "two", cases, keys) as gateway:
        await for_each(cases, lambda case: check_fallback(gateway, case))


@pytest.mark.parametrize("case", IN_BAND, ids=[case.id for case in IN_BAND])
async def test_an_error_inside_a_stream_is_one_too(tmp_path: Path, replay_url: str, case: Case) -> None:
    """Before content another vendor answers, after it the client is told."""
    async with with_a_healthy_vendor(tmp_path, [case], [key_for(case, replay_url)]) as gateway:
        got = await ask(gateway, case)
        read, said = read_openai(got.body, streaming=True), case.read()
        if said.has_content():
            assert [error["code"] for error in read.errors] == ["stream_interrupted"]
            assert (read.first.text, read.done, got.broken) == (said.first.text, False, True)
        else:
            assert (read.first.text, read.done, read.errors) == (HEALTHY, True, [])
        assert (await row_of(gateway, got)).attempts[0].outcome == "in_band"


# --- what vendors are sent ---

# The gateway's own: its name for the model, and the usage of streams, which it always asks for.
OURS = re.compile(r"\$\.(?:model:|stream_options\b)")
_OWN_DIALECT = re.compile(r'"(?:image_url|input_audio)": "|"tool_choice": "any"')
"""Mistral's spellings, which OpenAI's API refuses too."""


def row_for(case: Case) -> str:
    """A row with the client's name of the limit."""
    return "openai" if "max_completion_tokens" in case.document["request"]["json"] else "custom"


async def check_sent(gateway: RunningGateway, replay_url: str, case: Case) -> list[str]:
    """With the protocol on both sides, the vendor gets what the recorded client wrote, but for what is told."""
    body = {**case.document["request"]["json"], "model": case.model}
    reply = await gateway.http.post("/v1/chat/completions", json=body)
    if reply.status_code != 200:
        return [f"{reply.status_code} {reply.text[:400]}"]
    dropped = reply.headers.get("x-perpetuo-dropped", "").split(", ")
    sent = (await gateway.http.get(f"{replay_url}/__sim__/diff", params={"case": case.id})).json()
    return [line for line in sent["body_diff"] if not OURS.match(line) and line[2:].split(":")[0] not in dropped]


async def test_a_request_of_the_same_protocol_is_sent_as_it_came(tmp_path: Path, replay_url: str) -> None:
    requests = [case for case in ANSWERS if case.protocol == "openai_chat" and case.document["request"]]
    cases = [case for case in requests if not _OWN_DIALECT.search(json.dumps(case.document["request"]["json"]))]
    keys = [key_for(case, replay_url, vendor=row_for(case)) for case in cases]
    async with running_gateway(tmp_path, keys, deadlines=DEADLINES) as gateway:
        await for_each(cases, lambda case: check_sent(gateway, replay_url, case))
