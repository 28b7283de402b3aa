"""`/workspaces/{workspace_id}/providers`: a workspace's own keys at its providers, in the order they are asked in."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from perpetuo.control.pages import Cursor, Limit, decode_cursor, encode_cursor, known_id, parse_id
from perpetuo.control.policies import Access, Allows, state_of
from perpetuo.control.provider_keys import health, key_tests, service
from perpetuo.control.provider_keys.schemas import (
    MAX_PRIORITY,
    CatalogVendors,
    KeyTest,
    ProviderKey,
    ProviderKeyCreate,
    ProviderKeyDetail,
    ProviderKeyOrder,
    ProviderKeyRotate,
    ProviderKeyUpdate,
    ProvidersHealth,
    SavedKeyTest,
    UnsavedKeyTest,
)
from perpetuo.control.provider_keys.shown import catalog_vendors, shown, shown_with_models
from perpetuo.control.replies import Done, Page, Success, invalid

routes = APIRouter(prefix="/workspaces/{workspace_id}", tags=["Provider keys"])

Reading = Annotated[Access, Depends(Allows("provider_keys:read"))]
Writing = Annotated[Access, Depends(Allows("provider_keys:write"))]
AS_USUAL = SavedKeyTest()
"""Where no body is sent."""


@routes.get("/providers", summary="List, in the order they are asked in")
async def list_provider_keys(
    request: Request, workspace_id: str, access: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[ProviderKey]:
    state = state_of(request)
    rows, allowed = await service.list_keys(state, access, limit, _after(cursor))
    following = _cursor(rows[-1]) if len(rows) >= limit else None
    return Page(data=[shown(row, state.catalog, allowed) for row in rows], next_cursor=following)


@routes.post("/providers", status_code=201, summary="Add one; its secret is never shown again")
async def create_provider_key(
    request: Request, workspace_id: str, access: Writing, wanted: ProviderKeyCreate
) -> Success[ProviderKey]:
    state = state_of(request)
    row, allowed = await service.create_key(state, access, wanted)
    return Success(data=shown(row, state.catalog, allowed))


@routes.put("/providers/order", summary="Put all of them in an order, the first to be asked first")
async def order_provider_keys(
    request: Request, workspace_id: str, access: Writing, wanted: ProviderKeyOrder
) -> Success[Done]:
    await service.order_keys(state_of(request), access, wanted)
    return Success(data=Done())


@routes.post("/providers/test", summary="Try one that is not saved: a cheap real call")
async def test_unsaved_provider_key(
    request: Request, workspace_id: str, access: Writing, wanted: UnsavedKeyTest
) -> Success[KeyTest]:
    return Success(data=await key_tests.test_unsaved_key(state_of(request), access, wanted))


@routes.get("/providers/health", summary="How each does now: which are asked, which have a pause and until when")
async def get_provider_health(request: Request, workspace_id: str, access: Reading) -> Success[ProvidersHealth]:
    return Success(data=await health.health_of_keys(state_of(request), access))


@routes.get("/providers/{provider_key_id}", summary="Read one, with the models it offers")
async def get_provider_key(
    request: Request, workspace_id: str, provider_key_id: str, access: Reading
) -> Success[ProviderKeyDetail]:
    state = state_of(request)
    row, allowed = await service.get_key(state, access, known_id(provider_key_id))
    return Success(data=shown_with_models(row, state.catalog, allowed))


@routes.patch("/providers/{provider_key_id}", summary="Change anything but its vendor")
async def update_provider_key(
    request: Request, workspace_id: str, provider_key_id: str, access: Writing, wanted: ProviderKeyUpdate
) -> Success[ProviderKey]:
    state = state_of(request)
    row, allowed = await service.update_key(state, access, known_id(provider_key_id), wanted)
    return Success(data=shown(row, state.catalog, allowed))


@routes.post("/providers/{provider_key_id}/rotate", summary="Another secret for the same base URL")
async def rotate_provider_key(
    request: Request, workspace_id: str, provider_key_id: str, access: Writing, wanted: ProviderKeyRotate
) -> Success[ProviderKey]:
    state = state_of(request)
    row, allowed = await service.rotate_key(state, access, known_id(provider_key_id), wanted.secret.get_secret_value())
    return Success(data=shown(row, state.catalog, allowed))


@routes.post("/providers/{provider_key_id}/test", summary="Try a saved one: a cheap real call")
async def test_provider_key(
    request: Request, workspace_id: str, provider_key_id: str, access: Writing, wanted: SavedKeyTest = AS_USUAL
) -> Success[KeyTest]:
    return Success(data=await key_tests.test_saved_key(state_of(request), access, known_id(provider_key_id), wanted))


@routes.delete("/providers/{provider_key_id}", summary="Delete, at once and for good")
async def delete_provider_key(
    request: Request, workspace_id: str, provider_key_id: str, access: Writing
) -> Success[Done]:
    await service.delete_key(state_of(request), access, known_id(provider_key_id))
    return Success(data=Done())


@routes.get("/provider-catalog", summary="Vendors there can be keys for, and what a key of each looks like")
async def list_provider_catalog(request: Request, workspace_id: str, access: Reading) -> Success[CatalogVendors]:
    state = state_of(request)
    return Success(data=catalog_vendors(state.catalog, await service.read_allowed(state, access)))


def _cursor(row: service.Row) -> str:
    return encode_cursor(f"{row['priority']}|{row['created_at'].isoformat()}|{row['id']}")


def _after(cursor: str | None) -> service.After | None:
    """Raises ControlError for what we did not make."""
    key = decode_cursor(cursor)
    if key is None:
        return None
    priority, _, rest = key.partition("|")
    at, _, key_id = rest.partition("|")
    try:
        created_at, found = datetime.fromisoformat(at), parse_id(key_id)
        if found is None or created_at.utcoffset() is None or not 1 <= int(priority) <= MAX_PRIORITY:
            raise ValueError
    except (ValueError, OverflowError):
        raise invalid("cursor", "This cursor is not one of ours: leave it out to start at the beginning.") from None
    return int(priority), created_at, found
