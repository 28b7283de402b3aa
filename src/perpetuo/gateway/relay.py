"""Bytes to the client as they arrive, from first content to the end."""

from perpetuo.core.errors import TransportError, UpstreamFailure
from perpetuo.gateway.attempt import OpenStream
from perpetuo.http.exchange import Exchange


async def relay(exchange: Exchange, stream: OpenStream) -> UpstreamFailure | None:
    """Forward each chunk in the loop iteration in which it arrived; a slow client slows the reading.

    Returns what broke the stream, None if it ended as its protocol says. Does not end the response.
    Raises ClientGone.
    """
    decoder = stream.decoder
    if stream.held:
        await exchange.write(stream.held)
    while decoder.failure is None and not decoder.done:
        try:
            data = await stream.upstream.read_chunk()
        except TransportError as error:
            return UpstreamFailure(kind=error.kind, message=error.message)
        out = decoder.feed(data) if data else decoder.end()
        if out:
            await exchange.write(out)
        if not data and decoder.failure is None and not decoder.done:
            return UpstreamFailure(kind="truncated", message="The stream ended early.")
    return decoder.failure
