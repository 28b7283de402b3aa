"""`/workspaces/{workspace_id}/members`, and `/membership`: one's own, to leave by."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.members import service
from perpetuo.control.members.schemas import Member, MemberUpdate
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Done, Page, Success

routes = APIRouter(prefix="/workspaces/{workspace_id}", tags=["Members"])

Reading = Annotated[Access, Depends(Allows("members:read"))]
Writing = Annotated[Access, Depends(Allows("members:write"))]


@routes.get("/members", summary="List; who signed up first comes first")
async def list_members(
    request: Request, workspace_id: str, access: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[Member]:
    rows = await service.list_members(state_of(request), access, limit, id_cursor(cursor))
    return Page(data=[service.shown(row) for row in rows], next_cursor=next_cursor(rows, limit, "user_id"))


@routes.get("/members/{user_id}", summary="Read one")
async def get_member(request: Request, workspace_id: str, user_id: str, access: Reading) -> Success[Member]:
    return Success(data=service.shown(await service.get_member(state_of(request), access, known_id(user_id))))


@routes.patch("/members/{user_id}", summary="Give another role, at most one's own")
async def update_member(
    request: Request, workspace_id: str, user_id: str, access: Writing, wanted: MemberUpdate
) -> Success[Member]:
    row = await service.change_role(state_of(request), access, known_id(user_id), wanted.role)
    return Success(data=service.shown(row))


@routes.delete("/members/{user_id}", summary="Remove, with the access tokens and open invitations they made")
async def remove_member(request: Request, workspace_id: str, user_id: str, access: Writing) -> Success[Done]:
    await service.remove_member(state_of(request), access, known_id(user_id))
    return Success(data=Done())


@routes.delete("/membership", summary="Leave; the last owner can not")
async def leave(
    request: Request, workspace_id: str, access: Annotated[Access, Depends(Allows("members:leave"))]
) -> Success[Done]:
    await service.leave(state_of(request), access)
    return Success(data=Done())
