"""`/workspaces/{workspace_id}/route/explain`: the decision that a request would get now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Success
from perpetuo.control.routing import service
from perpetuo.control.routing.schemas import RouteExplain, RouteExplained

routes = APIRouter(prefix="/workspaces/{workspace_id}/route", tags=["Routing"])

Explaining = Annotated[Access, Depends(Allows("routing:explain"))]


@routes.post("/explain", summary="Who would answer such a request now, in which order, and why; nobody is asked")
async def explain_route(
    request: Request, workspace_id: str, access: Explaining, wanted: RouteExplain
) -> Success[RouteExplained]:
    return Success(data=await service.explain(state_of(request), access, wanted))
