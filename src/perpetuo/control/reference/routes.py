"""The API described: `/openapi.json` for programs, `/docs` for people, both made from the routes themselves."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from perpetuo.control.policies import Caller, Public
from perpetuo.control.reference.page import STYLESHEET, reference_page

routes = APIRouter(include_in_schema=False)

# The page loads one stylesheet of ours and nothing else.
PAGE_CSP = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@routes.get("/openapi.json")
async def openapi(request: Request, caller: Annotated[Caller, Depends(Public())]) -> JSONResponse:
    return JSONResponse(_document(request))


@routes.get("/docs")
async def docs(request: Request, caller: Annotated[Caller, Depends(Public())]) -> Response:
    page = reference_page(_document(request))
    return Response(page, media_type="text/html", headers={"content-security-policy": PAGE_CSP})


@routes.get("/docs/style.css")
async def stylesheet(caller: Annotated[Caller, Depends(Public())]) -> Response:
    return Response(STYLESHEET, media_type="text/css", headers={"content-security-policy": PAGE_CSP})


def _document(request: Request) -> dict[str, Any]:
    return cast("FastAPI", request.app).openapi()
