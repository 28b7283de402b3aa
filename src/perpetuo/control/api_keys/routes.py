"""`/workspaces/{workspace_id}/api-keys`: what applications call /v1 with. The resource that every other one copies."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.api_keys import service
from perpetuo.control.api_keys.schemas import ApiKey, ApiKeyCreate, ApiKeyRotate, ApiKeyUpdate, NewApiKey
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Done, Page, Success

routes = APIRouter(prefix="/workspaces/{workspace_id}/api-keys", tags=["API keys"])

Reading = Annotated[Access, Depends(Allows("api_keys:read"))]
Writing = Annotated[Access, Depends(Allows("api_keys:write"))]
AS_USUAL = ApiKeyRotate()
"""Where no body is sent."""


@routes.get("", summary="List, newest first")
async def list_api_keys(
    request: Request, workspace_id: str, access: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[ApiKey]:
    state = state_of(request)
    rows = await service.list_keys(state, access, limit, id_cursor(cursor))
    now_ms = state.now_ms()
    return Page(data=[service.shown(row, now_ms) for row in rows], next_cursor=next_cursor(rows, limit))


@routes.post("", status_code=201, summary="Make one; the key is shown this once")
async def create_api_key(
    request: Request, workspace_id: str, access: Writing, wanted: ApiKeyCreate
) -> Success[NewApiKey]:
    return Success(data=await service.create_key(state_of(request), access, wanted))


@routes.get("/{api_key_id}", summary="Read one")
async def get_api_key(request: Request, workspace_id: str, api_key_id: str, access: Reading) -> Success[ApiKey]:
    state = state_of(request)
    row = await service.get_key(state, access, known_id(api_key_id))
    return Success(data=service.shown(row, state.now_ms()))


@routes.patch("/{api_key_id}", summary="Rename, expire, limit")
async def update_api_key(
    request: Request, workspace_id: str, api_key_id: str, access: Writing, wanted: ApiKeyUpdate
) -> Success[ApiKey]:
    state = state_of(request)
    row = await service.update_key(state, access, known_id(api_key_id), wanted)
    return Success(data=service.shown(row, state.now_ms()))


@routes.post("/{api_key_id}/rotate", status_code=201, summary="A new key; the old one works on for the overlap")
async def rotate_api_key(
    request: Request, workspace_id: str, api_key_id: str, access: Writing, wanted: ApiKeyRotate = AS_USUAL
) -> Success[NewApiKey]:
    return Success(data=await service.rotate_key(state_of(request), access, known_id(api_key_id), wanted))


@routes.delete("/{api_key_id}", summary="Revoke, at once and for good")
async def revoke_api_key(request: Request, workspace_id: str, api_key_id: str, access: Writing) -> Success[Done]:
    await service.revoke_key(state_of(request), access, known_id(api_key_id))
    return Success(data=Done())
