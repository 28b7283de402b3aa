"""`/admin`: for the people who run this installation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.admin import encryption, installation, users, workspaces
from perpetuo.control.admin.schemas import (
    Account,
    AccountDetail,
    Catalog,
    Encryption,
    LimitsUpdate,
    NewAccount,
    Prefix,
    PriceBook,
    ResetLink,
    Rotation,
    SignUpPolicy,
    SignUpUpdate,
    SystemHealth,
    UserCreate,
    VendorName,
    WorkspaceOverview,
)
from perpetuo.control.auth.browser import link_origin
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Operator, state_of
from perpetuo.control.replies import Page, Success

routes = APIRouter(prefix="/admin", tags=["Administration"])

ByOperator = Annotated[Access, Depends(Operator())]


@routes.get("/users", summary="List people, newest first")
async def list_users(
    request: Request, access: ByOperator, limit: Limit = 50, cursor: Cursor = None, email: Prefix = ""
) -> Page[Account]:
    rows = await users.page(state_of(request), limit, id_cursor(cursor), email)
    return Page(data=[users.shown(row) for row in rows], next_cursor=next_cursor(rows, limit))


@routes.post("/users", status_code=201, summary="Make an account; its one-time link is shown this once")
async def create_user(request: Request, access: ByOperator, wanted: UserCreate) -> Success[NewAccount]:
    state = state_of(request)
    return Success(data=await users.create(state, access, wanted, link_origin(request, state.settings)))


@routes.get("/users/{user_id}", summary="Read one, with their workspaces")
async def get_user(request: Request, user_id: str, access: ByOperator) -> Success[AccountDetail]:
    return Success(data=await users.read(state_of(request), known_id(user_id)))


@routes.post("/users/{user_id}/suspend", summary="Sign somebody out everywhere, and let them in no more")
async def suspend_user(request: Request, user_id: str, access: ByOperator) -> Success[Account]:
    return Success(data=await users.set_suspended(state_of(request), access, known_id(user_id), True))


@routes.post("/users/{user_id}/unsuspend", summary="Let them in again")
async def unsuspend_user(request: Request, user_id: str, access: ByOperator) -> Success[Account]:
    return Success(data=await users.set_suspended(state_of(request), access, known_id(user_id), False))


@routes.put("/users/{user_id}/operator", summary="Make somebody an operator")
async def grant_operator(request: Request, user_id: str, access: ByOperator) -> Success[Account]:
    return Success(data=await users.set_operator(state_of(request), access, known_id(user_id), True))


@routes.delete("/users/{user_id}/operator", summary="Make them none again")
async def revoke_operator(request: Request, user_id: str, access: ByOperator) -> Success[Account]:
    return Success(data=await users.set_operator(state_of(request), access, known_id(user_id), False))


@routes.post("/users/{user_id}/reset-link", status_code=201, summary="A link to set a new password, shown this once")
async def make_reset_link(request: Request, user_id: str, access: ByOperator) -> Success[ResetLink]:
    state, origin = state_of(request), link_origin(request, state_of(request).settings)
    return Success(data=await users.make_reset_link(state, access, known_id(user_id), origin))


@routes.get("/workspaces", summary="List workspaces, newest first, with what they hold and use")
async def list_all_workspaces(
    request: Request, access: ByOperator, limit: Limit = 50, cursor: Cursor = None, name: Prefix = ""
) -> Page[WorkspaceOverview]:
    rows, shown = await workspaces.page(state_of(request), limit, id_cursor(cursor), name)
    return Page(data=shown, next_cursor=next_cursor(rows, limit))


@routes.get("/workspaces/{workspace_id}", summary="Read one")
async def get_any_workspace(request: Request, workspace_id: str, access: ByOperator) -> Success[WorkspaceOverview]:
    return Success(data=await workspaces.read(state_of(request), known_id(workspace_id)))


@routes.post("/workspaces/{workspace_id}/suspend", summary="Refuse its API keys, within a second")
async def suspend_workspace(request: Request, workspace_id: str, access: ByOperator) -> Success[WorkspaceOverview]:
    return Success(data=await workspaces.set_suspended(state_of(request), access, known_id(workspace_id), True))


@routes.post("/workspaces/{workspace_id}/unsuspend", summary="Serve it again")
async def unsuspend_workspace(request: Request, workspace_id: str, access: ByOperator) -> Success[WorkspaceOverview]:
    return Success(data=await workspaces.set_suspended(state_of(request), access, known_id(workspace_id), False))


@routes.patch("/workspaces/{workspace_id}/limits", summary="What it may use in a month")
async def limit_workspace(
    request: Request, workspace_id: str, access: ByOperator, wanted: LimitsUpdate
) -> Success[WorkspaceOverview]:
    return Success(data=await workspaces.set_limits(state_of(request), access, known_id(workspace_id), wanted))


@routes.get("/health", summary="Database, projector and the worker that answers")
async def get_health(request: Request, access: ByOperator) -> Success[SystemHealth]:
    return Success(data=await installation.health(state_of(request)))


@routes.get("/catalog", summary="Which vendors, models and prices this version knows")
async def get_catalog(request: Request, access: ByOperator) -> Success[Catalog]:
    return Success(data=installation.catalog(state_of(request)))


@routes.get("/catalog/models", summary="What each model costs, and where that was read")
async def get_price_book(request: Request, access: ByOperator, vendor: VendorName = None) -> Success[PriceBook]:
    return Success(data=installation.price_book(state_of(request), vendor))


@routes.get("/sign-up", summary="Who may make an account")
async def get_sign_up(request: Request, access: ByOperator) -> Success[SignUpPolicy]:
    return Success(data=await installation.sign_up_policy(state_of(request)))


@routes.put("/sign-up", summary="Decide who may make an account")
async def set_sign_up(request: Request, access: ByOperator, wanted: SignUpUpdate) -> Success[SignUpPolicy]:
    return Success(data=await installation.set_sign_up_policy(state_of(request), access, wanted.sign_up))


@routes.get("/encryption", summary="Which key seals the stored secrets, and whether the old one can go")
async def get_encryption(request: Request, access: ByOperator) -> Success[Encryption]:
    return Success(data=await encryption.status(state_of(request)))


@routes.post("/encryption/rotate", summary="Seal everything with ENCRYPTION_KEY_NEXT")
async def rotate_encryption(request: Request, access: ByOperator) -> Success[Rotation]:
    return Success(data=await encryption.rotate(state_of(request), access))
