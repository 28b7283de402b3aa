"""`/workspaces/{workspace_id}/invitations`: how somebody becomes a member."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.auth.browser import link_origin
from perpetuo.control.invitations import service
from perpetuo.control.invitations.schemas import Invitation, InvitationCreate, NewInvitation
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Done, Page, Success

routes = APIRouter(prefix="/workspaces/{workspace_id}/invitations", tags=["Invitations"])

Writing = Annotated[Access, Depends(Allows("members:write"))]


@routes.get("", summary="List, newest first")
async def list_invitations(
    request: Request,
    workspace_id: str,
    access: Annotated[Access, Depends(Allows("members:read"))],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Invitation]:
    state = state_of(request)
    rows = await service.list_invitations(state, access, limit, id_cursor(cursor))
    now_ms = state.now_ms()
    return Page(data=[service.shown(row, now_ms) for row in rows], next_cursor=next_cursor(rows, limit))


@routes.post("", status_code=201, summary="Invite somebody; without mail the link is shown this once")
async def create_invitation(
    request: Request, workspace_id: str, access: Writing, wanted: InvitationCreate
) -> Success[NewInvitation]:
    state = state_of(request)
    return Success(data=await service.invite(state, access, wanted, link_origin(request, state.settings)))


@routes.delete("/{invitation_id}", summary="Revoke")
async def revoke_invitation(request: Request, workspace_id: str, invitation_id: str, access: Writing) -> Success[Done]:
    await service.revoke(state_of(request), access, known_id(invitation_id))
    return Success(data=Done())
