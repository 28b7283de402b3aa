"""`/workspaces/{workspace_id}/aliases`: names of one's own for models, tiers, or several models in order."""

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Request

from perpetuo.control.aliases import service
from perpetuo.control.aliases.schemas import AliasQuery, ChangedAlias, NamedAlias
from perpetuo.control.pages import Cursor, Limit, decode_cursor, next_cursor
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Done, Page, Success
from perpetuo.control.settings.schemas import Alias

routes = APIRouter(prefix="/workspaces/{workspace_id}/aliases", tags=["Aliases"])

Reading = Annotated[Access, Depends(Allows("workspace:read"))]
Writing = Annotated[Access, Depends(Allows("workspace:write"))]


@routes.get("", summary="List, by name")
async def list_aliases(
    request: Request, workspace_id: str, access: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[NamedAlias]:
    after = decode_cursor(cursor)
    aliases = await service.list_aliases(state_of(request), access, limit, None if after is None else unquote(after))
    keys = [{"name": quote(alias.name, safe="/")} for alias in aliases]
    return Page(data=aliases, next_cursor=next_cursor(keys, limit, "name"))


@routes.put("", summary="Set one; what it meant before is replaced")
async def put_alias(
    request: Request, workspace_id: str, access: Writing, name: AliasQuery, wanted: Alias
) -> Success[ChangedAlias]:
    return Success(data=await service.put_alias(state_of(request), access, name, wanted))


@routes.delete("", summary="Take one away")
async def delete_alias(request: Request, workspace_id: str, access: Writing, name: AliasQuery) -> Success[Done]:
    await service.delete_alias(state_of(request), access, name)
    return Success(data=Done())
