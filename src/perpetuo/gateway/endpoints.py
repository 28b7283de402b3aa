"""Which path is which handler, and what anything else gets: a JSON 404 that helps."""

import contextlib
import logging

from perpetuo.core.errors import ClientError, GatewayError
from perpetuo.gateway.identify import identify
from perpetuo.gateway.models import get_model, list_models
from perpetuo.gateway.probes import livez, readyz
from perpetuo.gateway.replies import JSON, send_error, telling_headers
from perpetuo.gateway.run import Run
from perpetuo.gateway.serve import CHAT_COMPLETIONS, EMBEDDINGS, Endpoint, serve
from perpetuo.gateway.state import GatewayState
from perpetuo.http.exchange import ClientGone, Exchange

log = logging.getLogger(__name__)

POSTS: dict[str, Endpoint] = {"/v1/chat/completions": CHAT_COMPLETIONS, "/v1/embeddings": EMBEDDINGS}
MODELS = "/v1/models"


async def handle(exchange: Exchange, state: GatewayState) -> None:
    """Every request of the data plane."""
    path, method = exchange.path, exchange.method
    endpoint = POSTS.get(path)
    if endpoint is not None and method == "POST":
        await serve(exchange, state, endpoint)
    elif path == "/livez" and method in ("GET", "HEAD"):
        await livez(exchange)
    elif path == "/readyz" and method in ("GET", "HEAD"):
        await readyz(exchange, state)
    else:
        await _serve_small(exchange, state)


async def _serve_small(exchange: Exchange, state: GatewayState) -> None:
    """What needs no candidate: the model list, and every refusal by path or method."""
    wall_ms = state.now_ms()
    run = Run(
        id=state.request_ids.new(wall_ms),
        endpoint="models",
        received_ms=wall_ms,
        started_s=state.clock.monotonic_s(),
    )
    try:
        state.admission.check_address(exchange.peer, run.started_s)
        path = exchange.path
        if path == MODELS or path.startswith(MODELS + "/"):
            if exchange.method not in ("GET", "HEAD"):
                raise _wrong_method("GET")
            principal, snapshot = await identify(exchange, state)
            headers = [*telling_headers(run), JSON]
            if path == MODELS:
                await list_models(exchange, state, principal, snapshot, headers)
            else:
                await get_model(exchange, state, principal, snapshot, headers, path[len(MODELS) + 1 :])
            return
        if path in POSTS:
            raise _wrong_method("POST")
        if "/v1" + path in POSTS or path.startswith("/models"):
            raise ClientError(
                "not_found", f"`{path}` is not a path here: the base URL ends with `/v1`, so call `/v1{path}`."
            )
        raise ClientError("not_found", "There is nothing at this path.")
    except GatewayError as error:
        await _refuse(exchange, error, run)
    except ClientGone:
        return
    except Exception:  # A task ends here; the client gets a typed error, the log gets the trace.
        log.exception("request %s failed inside the gateway", run.id)
        await _refuse(exchange, GatewayError("internal_error", "The gateway failed to handle this request."), run)


async def _refuse(exchange: Exchange, error: GatewayError, run: Run) -> None:
    with contextlib.suppress(ClientGone):
        await send_error(exchange, error, run)


def _wrong_method(allowed: str) -> ClientError:
    return ClientError("method_not_allowed", f"This path takes {allowed}.", headers=(("allow", allowed),))
