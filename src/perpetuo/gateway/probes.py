"""For orchestrators: is the process alive, may it get traffic?"""

import msgspec

from perpetuo.gateway.replies import JSON
from perpetuo.gateway.state import GatewayState
from perpetuo.http.exchange import Exchange


async def livez(exchange: Exchange) -> None:
    """200 as long as the event loop turns."""
    await exchange.respond(200, [JSON], b'{"status":"alive"}')


async def readyz(exchange: Exchange, state: GatewayState) -> None:
    """200 once a snapshot is loaded and until the process drains; a database that went away since does not count."""
    if state.draining:
        status, reason = 503, "draining"
    elif state.snapshots.current is None:
        status, reason = 503, "no configuration loaded yet"
    else:
        status, reason = 200, "ready"
    await exchange.respond(status, [JSON], msgspec.json.encode({"status": reason}))
