"""Does this provider key work? One cheap real call with a key that may not be saved yet.

It is not a request of a client: no API key asked, so there is no settlement, no quota and no usage row; the control
plane's audit log has who asked, and a log line what came of it. Nothing is learnt from it for routing either: an
unsaved key's base URL could otherwise be used to put a saved one out of service.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

import msgspec

from perpetuo.core.catalog import Model, Vendor
from perpetuo.core.errors import ClientError, TotalTimeout, TransportError, UpstreamFailure, safe_text
from perpetuo.core.inspection import KeyTestError, KeyTestResult
from perpetuo.core.money import estimate_cost_nanousd
from perpetuo.core.ports import Clock
from perpetuo.core.request import parse_chat_request
from perpetuo.core.snapshot import InvalidSecret, ProviderKey, Secret
from perpetuo.gateway.credentials import Credentials
from perpetuo.http.upstream import Deadlines, Upstream
from perpetuo.observability.redaction import Redactor
from perpetuo.providers.auth import signed
from perpetuo.providers.base import ChatProvider, ModelListing, ReplyContext, Target, UpstreamRequest
from perpetuo.providers.credentials import TokenRefused, secret_pieces

log = logging.getLogger(__name__)

DEADLINES = Deadlines(connect_s=5.0, first_byte_s=10.0, idle_s=5.0, total_s=15.0)
TOTAL_S = 25.0
"""Of the whole test: token, list and chat. Somebody waits for it in front of a form."""
MAX_LIST_BYTES = 4 * 1024 * 1024
MAX_REPLY_BYTES = 256 * 1024
MAX_AT_ONCE = 8
"""Per worker: whoever may test keys makes this process call addresses of their choice."""
MAX_MESSAGE_CHARS = 500
NO_MODEL = Model("", "")
LIST_IS_NOT_ALL = frozenset({403, 404, 405, 501})
"""Statuses of a list that do not condemn the key: it may lack this one right, or the server this one path."""


class _Said(NamedTuple):
    """A vendor's reply: its status, and what is wrong with it, if anything."""

    status: int
    failure: UpstreamFailure | None
    models: tuple[Model, ...] = ()


class KeyTester:
    """Implements the control plane's port. Calls go through `upstream`, so the egress policy holds for them."""

    def __init__(self, upstream: Upstream, protocols: Mapping[str, ChatProvider], clock: Clock) -> None:
        self._upstream = upstream
        self._protocols = protocols
        self._clock = clock
        self._running = 0

    async def test(self, key: ProviderKey, vendor: Vendor, *, by_chat: bool = False) -> KeyTestResult:
        """Never raises for what the vendor or the key does.

        key:     saved or not: its id only matters for the log; base URL and secret are those to try.
        by_chat: ask a model for one token although a list of models would do.
        """
        if self._running >= MAX_AT_ONCE:
            return KeyTestResult(False, "models", "Too many provider keys are being tested: try again.", error="busy")
        started_s = self._clock.monotonic_s()
        self._running += 1
        try:
            result = await self._test(_Call(self._upstream, self._protocols, self._clock, key, vendor), by_chat)
        finally:
            self._running -= 1
        result = msgspec.structs.replace(result, duration_ms=(self._clock.monotonic_s() - started_s) * 1000)
        fields = {"workspace_id": key.workspace_id, "provider_key_id": key.id or None, "provider": vendor.name}
        told = {"ok": result.ok, "what": result.what, "status": result.status, "error": result.error}
        log.info("a provider key was tested", extra={"fields": fields | told})
        return result

    async def _test(self, call: "_Call", by_chat: bool) -> KeyTestResult:
        step = "chat" if by_chat or not call.has_list else "models"
        try:
            async with asyncio.timeout(TOTAL_S):
                await call.fetch_secret()
                if step == "models":
                    said = await call.list_models()
                    model = call.cheapest(said.models)
                    if not await _needs_chat(call, said, model):
                        return call.result("models", said)
                    found = None if said.failure else len(said.models)
                else:
                    model, found = call.cheapest(()), None
                if model is None:
                    return call.failed("chat", "no_model", "No model of this provider is known: add one to the key.")
                step = "chat"
                said = await call.chat(model)
                return msgspec.structs.replace(call.result("chat", said, model), models_found=found)
        except TimeoutError:
            return call.failed(step, TotalTimeout.kind, f"The test was not finished within {TOTAL_S:g} s.")
        except TransportError as error:
            return call.failed(step, error.kind, error.message)
        except ClientError as error:
            return call.failed(step, "not_carried", error.message)
        except TokenRefused as refusal:
            return call.failed(step, "token_refused", refusal.message, refusal.status)
        except InvalidSecret as error:
            return call.failed(step, "invalid_secret", str(error))


async def _needs_chat(call: "_Call", said: _Said, model: Model | None) -> bool:
    """Whether the list left it open: it was refused for a reason that need not be the key, or anybody gets it."""
    if said.failure is not None:
        return said.status in LIST_IS_NOT_ALL and model is not None
    return await call.list_is_public()


class _Call:
    """The calls of one test, and the words for what came of them."""

    def __init__(
        self,
        upstream: Upstream,
        protocols: Mapping[str, ChatProvider],
        clock: Clock,
        key: ProviderKey,
        vendor: Vendor,
    ) -> None:
        self._upstream = upstream
        self._clock = clock
        self._key = key
        self._vendor = vendor
        self._protocol = protocols[vendor.protocol]
        self._secret = key.secret
        self._secrets = secret_pieces(key.secret)

    @property
    def has_list(self) -> bool:
        return hasattr(self._protocol, "encode_models") and self._vendor.models_path != ""

    async def fetch_secret(self) -> None:
        """What is sent for the key. Its own book of tokens: what an unsaved key fetched is forgotten with the test."""
        credentials = Credentials(self._upstream, self._clock)
        self._secret = credentials.current(self._key, self._vendor) or await credentials.fetch(self._key, self._vendor)
        self._secrets = (*self._secrets, *secret_pieces(self._secret))

    async def list_models(self) -> _Said:
        request = self._encode_list(self._secret)
        status, headers, body = await self._ask(signed(request, self._vendor, self._secret, self._clock.wall_s()))
        if status != 200:
            return _Said(status, self._protocol.decode_error(status, headers, body))
        try:
            return _Said(status, None, self._listing.decode_models(body, self._target(NO_MODEL, self._secret)))
        except ValueError:
            failure = UpstreamFailure("malformed", "The answer is not a list of models: is the base URL right?")
            return _Said(status, failure)

    async def list_is_public(self) -> bool:
        """A list that is given to anybody says nothing about a key. Asked rather than known of each vendor: base URLs
        lead to proxies and to servers that no catalog knows. Where no key is needed, none is missed."""
        nobody = Secret("")
        if self._vendor.auth in ("none", "aws") or not self._secret.reveal():
            return False
        try:
            status, _, _ = await self._ask(self._encode_list(nobody))
        except TransportError:
            return False
        return status == 200

    async def chat(self, model: Model) -> _Said:
        question = {"model": model.id, "messages": [{"role": "user", "content": "ping"}], "max_tokens": 1}
        asked = parse_chat_request(msgspec.json.encode(question))
        request = self._protocol.encode_request(asked, self._target(model, self._secret))
        status, headers, body = await self._ask(signed(request, self._vendor, self._secret, self._clock.wall_s()))
        if status != 200:
            return _Said(status, self._protocol.decode_error(status, headers, body))
        reply = self._protocol.decode_reply(body, ReplyContext("key-test", 0, model_id=model.id))
        # One token is not much: a model that thinks first says nothing, and still the key is good.
        broken = isinstance(reply, UpstreamFailure) and reply.kind != "empty"
        return _Said(status, cast("UpstreamFailure", reply) if broken else None)

    def cheapest(self, listed: Sequence[Model]) -> Model | None:
        """Of what the key or the catalog has, else of what the vendor lists."""
        known = [model for model in (*self._key.models, *self._vendor.models) if model.intent == "chat"]
        found = known or [model for model in (*self._key.discovered.values(), *listed) if model.intent == "chat"]
        return min(found, key=_cost, default=None)

    def result(self, what: str, said: _Said, model: Model | None = None) -> KeyTestResult:
        if said.failure is not None:
            return self.failed(what, said.failure.kind, said.failure.message, said.status, model)
        if model is None:
            found = len(said.models)
            return KeyTestResult(True, "models", f"The provider lists {found} models.", said.status, models_found=found)
        return KeyTestResult(True, "chat", f"{self._shown(model.id)} answered.", said.status, model=model.id)

    def failed(
        self, what: str, error: KeyTestError, message: str, status: int | None = None, model: Model | None = None
    ) -> KeyTestResult:
        return KeyTestResult(
            ok=False,
            what="chat" if what == "chat" else "models",
            message=self._shown(message),
            status=status,
            model=None if model is None else model.id,
            error=error,
        )

    def _shown(self, text: str) -> str:
        """Without any secret this test has seen, and without what could forge a display."""
        return safe_text(Redactor(self._secrets).redact_cut(text), MAX_MESSAGE_CHARS)

    @property
    def _listing(self) -> ModelListing:
        return cast("ModelListing", self._protocol)

    def _encode_list(self, secret: Secret) -> UpstreamRequest:
        request = self._listing.encode_models(self._target(NO_MODEL, secret))
        assert request is not None, "asked only where `has_list`"
        return request

    def _target(self, model: Model, secret: Secret) -> Target:
        return Target(
            self._vendor, model, self._key.base_url, secret, self._vendor.refused_fields | model.refused_fields
        )

    async def _ask(self, request: UpstreamRequest) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """A reply's body in full, or as much of an error's as came."""
        reply = await self._upstream.open(request, DEADLINES)
        try:
            body = await reply.read_all(MAX_LIST_BYTES if request.method == "GET" else MAX_REPLY_BYTES)
        except TransportError:
            if reply.status == 200:
                raise
            body = b""  # the status says enough
        finally:
            reply.close()
        return reply.status, reply.headers, body


def _cost(model: Model) -> float:
    """A model without a price comes last: it may be the dearest."""
    return float("inf") if model.price is None else float(estimate_cost_nanousd(model.price, 10, 1))
