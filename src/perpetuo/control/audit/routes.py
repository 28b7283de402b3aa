"""`/workspaces/{workspace_id}/audit` and `/admin/audit`: who changed what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from perpetuo.control.audit import service
from perpetuo.control.audit.schemas import AuditEntry, AuditQuery
from perpetuo.control.policies import Access, Allows, Operator, state_of
from perpetuo.control.replies import Page

routes = APIRouter(tags=["Audit log"])


@routes.get("/workspaces/{workspace_id}/audit", summary="What was changed in a workspace, newest first")
async def list_audit_of_workspace(
    request: Request,
    workspace_id: str,
    access: Annotated[Access, Depends(Allows("audit:read"))],
    wanted: Annotated[AuditQuery, Query()],
) -> Page[AuditEntry]:
    return await service.page_of_workspace(state_of(request), access, wanted)


@routes.get("/admin/audit", summary="What was changed anywhere, newest first")
async def list_audit(
    request: Request,
    access: Annotated[Access, Depends(Operator())],
    wanted: Annotated[AuditQuery, Query()],
) -> Page[AuditEntry]:
    return await service.page_of_everything(state_of(request), wanted)
