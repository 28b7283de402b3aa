"""`/workspaces/{workspace_id}/access-tokens`: what CI and scripts call the control plane with."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.access_tokens import service
from perpetuo.control.access_tokens.schemas import AccessToken, AccessTokenCreate, NewAccessToken
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Done, Page, Success

routes = APIRouter(prefix="/workspaces/{workspace_id}/access-tokens", tags=["Access tokens"])

Reading = Annotated[Access, Depends(Allows("access_tokens:read"))]
Writing = Annotated[Access, Depends(Allows("access_tokens:write"))]


@routes.get("", summary="List, newest first")
async def list_access_tokens(
    request: Request, workspace_id: str, access: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[AccessToken]:
    state = state_of(request)
    rows = await service.list_tokens(state, access, limit, id_cursor(cursor))
    now_ms = state.now_ms()
    return Page(data=[service.shown(row, now_ms) for row in rows], next_cursor=next_cursor(rows, limit))


@routes.post("", status_code=201, summary="Make one; the token is shown this once")
async def create_access_token(
    request: Request, workspace_id: str, access: Writing, wanted: AccessTokenCreate
) -> Success[NewAccessToken]:
    return Success(data=await service.create_token(state_of(request), access, wanted))


@routes.get("/{access_token_id}", summary="Read one")
async def get_access_token(
    request: Request, workspace_id: str, access_token_id: str, access: Reading
) -> Success[AccessToken]:
    state = state_of(request)
    row = await service.get_token(state, access, known_id(access_token_id))
    return Success(data=service.shown(row, state.now_ms()))


@routes.delete("/{access_token_id}", summary="Revoke, at once and for good")
async def revoke_access_token(
    request: Request, workspace_id: str, access_token_id: str, access: Writing
) -> Success[Done]:
    await service.revoke_token(state_of(request), access, known_id(access_token_id))
    return Success(data=Done())
