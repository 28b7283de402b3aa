"""`/workspaces/{workspace_id}/usage`: requests, tokens, cost and latencies, added up by the hour."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Success
from perpetuo.control.usage import service
from perpetuo.control.usage.schemas import Summary, SummaryQuery, Usage, UsageQuery

routes = APIRouter(prefix="/workspaces/{workspace_id}/usage", tags=["Usage"])

Reading = Annotated[Access, Depends(Allows("usage:read"))]


@routes.get("", summary="A series by hour or day, in groups", response_model=Success[Usage])
async def get_usage(
    request: Request, workspace_id: str, access: Reading, wanted: Annotated[UsageQuery, Query()]
) -> Response:
    """At most 21,000 points: days or hours, times groups."""
    found = Success(data=await service.usage(state_of(request), access, wanted))
    # Megabytes, at the most: written by a thread, while the data plane goes on.
    return Response(await asyncio.to_thread(found.model_dump_json), media_type="application/json")


@routes.get("/summary", summary="The totals of a time")
async def get_usage_summary(
    request: Request, workspace_id: str, access: Reading, wanted: Annotated[SummaryQuery, Query()]
) -> Success[Summary]:
    return Success(data=await service.summary(state_of(request), access, wanted))
