"""`/auth`: signing up and in, sessions, passwords, invitations."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response

from perpetuo.control.auth import accounts, password_changes, service, sign_in_links
from perpetuo.control.auth.browser import (
    clear_refresh_cookie,
    refresh_cookie,
    require_our_page,
    require_private_way,
    set_refresh_cookie,
)
from perpetuo.control.auth.schemas import (
    AuthSettings,
    ForgotInput,
    InvitationInput,
    InvitationShown,
    LinkInput,
    LoginInput,
    Me,
    MyWorkspace,
    NewToken,
    PasswordChangeInput,
    RefreshInput,
    ResetInput,
    Session,
    SignedIn,
    SignedUp,
    SignupInput,
    SwitchInput,
)
from perpetuo.control.identity import bearer
from perpetuo.control.pages import Cursor, Limit, id_cursor, known_id, next_cursor
from perpetuo.control.policies import Access, Caller, Public, state_of
from perpetuo.control.policies import SignedIn as SignedInPolicy
from perpetuo.control.replies import Done, Page, Success

routes = APIRouter(prefix="/auth", tags=["Auth"])

Anybody = Annotated[Caller, Depends(Public())]
Somebody = Annotated[Access, Depends(SignedInPolicy())]


@routes.get("/settings", summary="What the sign-in page needs to know")
async def get_auth_settings(request: Request, caller: Anybody) -> Success[AuthSettings]:
    return Success(data=await accounts.auth_settings(state_of(request)))


@routes.post("/signup", status_code=201, summary="Make an account, and a workspace or join one by invitation")
async def sign_up(request: Request, response: Response, caller: Anybody, wanted: SignupInput) -> Success[SignedUp]:
    require_private_way(request)
    require_our_page(request, state_of(request).settings, with_cookie=False)
    signed_up, opened = await accounts.sign_up(state_of(request), caller, wanted)
    set_refresh_cookie(request, response, opened.refresh_token, opened.lives_s)
    return Success(data=signed_up)


@routes.post("/login", summary="Sign in")
async def login(request: Request, response: Response, caller: Anybody, wanted: LoginInput) -> Success[SignedIn]:
    require_private_way(request)
    require_our_page(request, state_of(request).settings, with_cookie=False)
    signed_in, opened = await service.login(state_of(request), caller, wanted)
    set_refresh_cookie(request, response, opened.refresh_token, opened.lives_s)
    return Success(data=signed_in)


@routes.post("/link", summary="Sign in with a link that the command line made; it works once")
async def sign_in_by_link(
    request: Request, response: Response, caller: Anybody, wanted: LinkInput
) -> Success[SignedIn]:
    require_private_way(request)
    require_our_page(request, state_of(request).settings, with_cookie=False)
    signed_in, opened = await sign_in_links.sign_in_by_link(state_of(request), caller, wanted.token)
    set_refresh_cookie(request, response, opened.refresh_token, opened.lives_s)
    return Success(data=signed_in)


@routes.get("/me", summary="Who one is, and where one belongs")
async def get_me(request: Request, access: Somebody) -> Success[Me]:
    return Success(data=await service.me(state_of(request), access))


@routes.post("/switch", summary="A token for another workspace of one's own")
async def switch(request: Request, access: Somebody, wanted: SwitchInput) -> Success[NewToken]:
    return Success(data=await service.switch(state_of(request), access, wanted.workspace_id))


@routes.post("/refresh", summary="A new token for the cookie, which is replaced too")
async def refresh(
    request: Request, response: Response, caller: Anybody, wanted: RefreshInput | None = None
) -> Success[NewToken]:
    cookie = refresh_cookie(request)
    require_private_way(request)
    require_our_page(request, state_of(request).settings, with_cookie=cookie is not None)
    token, opened = await service.refresh(state_of(request), caller, cookie, wanted.workspace_id if wanted else None)
    set_refresh_cookie(request, response, opened.refresh_token, opened.lives_s)
    return Success(data=token)


@routes.post("/logout", summary="End the session of the cookie or of the token")
async def logout(request: Request, response: Response, caller: Anybody) -> Success[Done]:
    cookie = refresh_cookie(request)
    require_our_page(request, state_of(request).settings, with_cookie=cookie is not None)
    token = bearer(request) if "authorization" in request.headers else None
    await service.logout(state_of(request), caller, cookie, token)
    clear_refresh_cookie(request, response)
    return Success(data=Done())


@routes.post("/logout-all", summary="End every session of one's own, this one too")
async def logout_everywhere(request: Request, response: Response, access: Somebody) -> Success[Done]:
    await service.logout_everywhere(state_of(request), access)
    clear_refresh_cookie(request, response)
    return Success(data=Done())


@routes.get("/sessions", summary="Where one is signed in, newest first")
async def list_sessions(request: Request, access: Somebody, limit: Limit = 50, cursor: Cursor = None) -> Page[Session]:
    rows = await service.list_sessions(state_of(request), access, limit, id_cursor(cursor))
    shown = [service.shown_session(row, access.identity.session_id) for row in rows]
    return Page(data=shown, next_cursor=next_cursor(rows, limit))


@routes.delete("/sessions/{session_id}", summary="End one of one's own sessions")
async def end_session(request: Request, session_id: str, access: Somebody) -> Success[Done]:
    await service.end_session(state_of(request), access, known_id(session_id))
    return Success(data=Done())


@routes.post("/password", summary="Change one's password; ends every other session")
async def change_password(request: Request, access: Somebody, wanted: PasswordChangeInput) -> Success[Done]:
    require_private_way(request)
    await password_changes.change_password(state_of(request), access, wanted)
    return Success(data=Done())


@routes.post("/forgot", status_code=202, summary="Mail a link to set a new password, where mail is set up")
async def forgot_password(
    request: Request, caller: Anybody, wanted: ForgotInput, background: BackgroundTasks
) -> Success[Done]:
    state = state_of(request)
    service.check_attempt(state, "forgot", caller.address, wanted.email)
    background.add_task(password_changes.mail_reset_link, state, caller, wanted.email)
    return Success(data=Done())


@routes.post("/reset", summary="Set a new password with a link; ends every session")
async def reset_password(request: Request, caller: Anybody, wanted: ResetInput) -> Success[Done]:
    require_private_way(request)
    await password_changes.reset_password(state_of(request), caller, wanted)
    return Success(data=Done())


@routes.post("/invitations/show", summary="What an invitation is for")
async def show_invitation(request: Request, caller: Anybody, wanted: InvitationInput) -> Success[InvitationShown]:
    return Success(data=await accounts.show_invitation(state_of(request), caller, wanted.token))


@routes.post("/invitations/accept", summary="Join the workspace one is invited to")
async def accept_invitation(request: Request, access: Somebody, wanted: InvitationInput) -> Success[MyWorkspace]:
    return Success(data=await accounts.accept(state_of(request), access, wanted.token))
