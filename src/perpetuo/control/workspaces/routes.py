"""`/workspaces`: those one belongs to. A token speaks for one of them: `POST /auth/switch` gets one for another."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.pages import Cursor, Limit, id_cursor, next_cursor
from perpetuo.control.policies import Access, Allows, SignedIn, state_of
from perpetuo.control.replies import Page, Success
from perpetuo.control.workspaces import service
from perpetuo.control.workspaces.schemas import (
    Deletion,
    Workspace,
    WorkspaceCreate,
    WorkspaceDelete,
    WorkspaceUpdate,
)

routes = APIRouter(prefix="/workspaces", tags=["Workspaces"])

Person = Annotated[Access, Depends(SignedIn())]
Deleting = Annotated[Access, Depends(Allows("workspace:delete"))]


@routes.get("", summary="List yours, newest first")
async def list_workspaces(
    request: Request, access: Person, limit: Limit = 50, cursor: Cursor = None
) -> Page[Workspace]:
    rows = await service.list_workspaces(state_of(request), access, limit, id_cursor(cursor))
    return Page(data=[service.shown(row, row["role"]) for row in rows], next_cursor=next_cursor(rows, limit))


@routes.post("", status_code=201, summary="Make one; you own it, and POST /auth/switch gets a token for it")
async def create_workspace(request: Request, access: Person, wanted: WorkspaceCreate) -> Success[Workspace]:
    row = await service.create_workspace(state_of(request), access, wanted.name)
    return Success(data=service.shown(row, "owner"))


@routes.get("/{workspace_id}", summary="Read one")
async def get_workspace(
    request: Request, workspace_id: str, access: Annotated[Access, Depends(Allows("workspace:read"))]
) -> Success[Workspace]:
    return Success(data=service.shown_to(await service.get_workspace(state_of(request), access), access))


@routes.patch("/{workspace_id}", summary="Rename")
async def update_workspace(
    request: Request,
    workspace_id: str,
    access: Annotated[Access, Depends(Allows("workspace:write"))],
    wanted: WorkspaceUpdate,
) -> Success[Workspace]:
    row = await service.rename_workspace(state_of(request), access, wanted.name)
    return Success(data=service.shown_to(row, access))


@routes.get("/{workspace_id}/deletion", summary="What would be deleted with it")
async def describe_deletion(request: Request, workspace_id: str, access: Deleting) -> Success[Deletion]:
    return Success(data=await service.describe_deletion(state_of(request), access))


@routes.delete("/{workspace_id}", summary="Delete it, confirmed by its name")
async def delete_workspace(
    request: Request, workspace_id: str, access: Deleting, wanted: WorkspaceDelete
) -> Success[Deletion]:
    return Success(data=await service.delete_workspace(state_of(request), access, wanted.confirm_name))
