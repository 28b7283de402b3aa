"""`/workspaces/{workspace_id}/settings`: how the workspace's requests are routed, limited, priced and kept."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.replies import Success
from perpetuo.control.settings import service
from perpetuo.control.settings.schemas import ChangedSettings, Settings, SettingsUpdate

routes = APIRouter(prefix="/workspaces/{workspace_id}/settings", tags=["Settings"])


@routes.get("", summary="Read them all")
async def get_settings(
    request: Request, workspace_id: str, access: Annotated[Access, Depends(Allows("workspace:read"))]
) -> Success[Settings]:
    return Success(data=await service.read_settings(state_of(request), access))


@routes.patch("", summary="Change some")
async def update_settings(
    request: Request,
    workspace_id: str,
    access: Annotated[Access, Depends(Allows("workspace:write"))],
    wanted: SettingsUpdate,
) -> Success[ChangedSettings]:
    return Success(data=await service.update_settings(state_of(request), access, wanted))
