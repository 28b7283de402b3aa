"""`/workspaces/{workspace_id}/logs`: one row per request that came in, newest first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from perpetuo.control.logs import service
from perpetuo.control.logs.export import MEDIA_TYPES
from perpetuo.control.logs.schemas import ExportQuery, Log, LogContent, LogDetail, LogQuery
from perpetuo.control.pages import known_id
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Page, Success

routes = APIRouter(prefix="/workspaces/{workspace_id}/logs", tags=["Logs"])

Reading = Annotated[Access, Depends(Allows("logs:read"))]


@routes.get("", summary="Search, newest first")
async def list_logs(
    request: Request, workspace_id: str, access: Reading, wanted: Annotated[LogQuery, Query()]
) -> Page[Log]:
    """A page looks through 10,000 requests at most. One that found fewer than `limit`, or none, and has a `next_cursor`
    goes on from there: `next_cursor` alone says whether that was all."""
    return await service.page_of_logs(state_of(request), access, wanted)


@routes.get(
    "/export",
    summary="All that a search finds, as one file",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {}}}},
)
async def export_logs(
    request: Request, workspace_id: str, access: Reading, wanted: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """In CSV a text that a spreadsheet would take for a formula has an apostrophe before it; `jsonl` is as it is. What
    comes in meanwhile may be missing. A connection that closes early has not got the whole file."""
    pieces = await service.begin_export(state_of(request), access, wanted, wanted.format)
    return StreamingResponse(
        pieces,
        media_type=MEDIA_TYPES[wanted.format],
        headers={"content-disposition": f'attachment; filename="perpetuo-logs.{wanted.format}"'},
    )


@routes.get("/{request_id}", summary="Read one, with the whole decision and every attempt")
async def get_log(request: Request, workspace_id: str, request_id: str, access: Reading) -> Success[LogDetail]:
    return Success(data=await service.get_log(state_of(request), access, known_id(request_id)))


@routes.get("/{request_id}/content", summary="What was asked and answered, where the workspace keeps it")
async def get_log_content(
    request: Request,
    workspace_id: str,
    request_id: str,
    access: Annotated[Access, Depends(Allows("logs:read_content"))],
) -> Success[LogContent]:
    return Success(data=await service.get_content(state_of(request), access, known_id(request_id)))
