"""The control plane with routes of which each fails in its own way, with what it was sent in its hands."""

import httpx2
from fastapi import APIRouter, Depends, Request

from control_harness import ORIGIN
from perpetuo.control.app import build_routes
from perpetuo.control.guard import Guard
from perpetuo.control.policies import Public
from perpetuo.control.state import ControlState


def broken_client(state: ControlState) -> httpx2.AsyncClient:
    """To be closed."""
    app = build_routes(state)
    app.include_router(_routes())
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(Guard(app, state), raise_app_exceptions=False), base_url=ORIGIN
    )


def _routes() -> APIRouter:
    routes = APIRouter(prefix="/auth", dependencies=[Depends(Public())])

    @routes.get("/fails")
    async def fails(request: Request, q: str = "", secret: str = "") -> None:
        raise RuntimeError(f"it was {request.url}")

    @routes.get("/recurses")
    async def recurses(request: Request, q: str = "") -> None:
        raise RecursionError(f"it was {request.url}")

    @routes.get("/replies-nonsense")
    async def replies_nonsense(request: Request, q: str = "") -> dict[str, int]:
        return {str(request.url): str(request.url)}  # type: ignore[dict-item]

    return routes
