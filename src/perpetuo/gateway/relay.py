"""Bytes to the client as they arrive, from first content to the end."""

from typing import Literal

from perpetuo.core.errors import TransportError, UpstreamFailure
from perpetuo.gateway.attempt import OpenStream
from perpetuo.http.exchange import Exchange
from perpetuo.providers.base import StreamDecoder


async def relay(exchange: Exchange, stream: OpenStream) -> UpstreamFailure | None:
    """Forward each chunk in the loop iteration in which it arrived; a slow client slows the reading.

    Returns what broke the stream, None if it ended as its protocol says. Does not end the response.
    Raises ClientGone.
    """
    decoder = stream.decoder
    if stream.held:
        await exchange.write(stream.held)
    passage = _Passage(exchange, decoder)
    while decoder.failure is None and not decoder.done:
        try:
            data = await stream.upstream.read_chunk(passage)
        except TransportError as error:
            return UpstreamFailure(kind=error.kind, message=error.message)
        if data is None:
            continue
        out = decoder.feed(data) if data else decoder.end()
        if out:
            await exchange.write(out)
        if not data and decoder.failure is None and not decoder.done:
            return UpstreamFailure(kind="truncated", message="The stream ended early.")
    return decoder.failure


class _Passage:
    """Takes chunks from the upstream's socket to the client's without waking the request's task, as long as the client
    keeps up: what comes back to back is then not put together."""

    __slots__ = ("_decoder", "_exchange")

    def __init__(self, exchange: Exchange, decoder: StreamDecoder) -> None:
        self._exchange = exchange
        self._decoder = decoder

    def __call__(self, data: bytes) -> Literal["left", "taken", "enough"]:
        exchange, decoder = self._exchange, self._decoder
        if not exchange.takes_now:
            return "left"
        out = decoder.feed(data)
        if out:
            exchange.write_now(out)
        return "taken" if decoder.failure is None and not decoder.done else "enough"
