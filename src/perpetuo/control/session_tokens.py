"""Access tokens of signed-in people: JWT, one algorithm, at most fifteen minutes.

A token says who somebody claims to be; whether the session still stands is asked of the database at each request.
"""

import re
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from perpetuo.control.pages import parse_id

ALGORITHM = "HS256"
LIFETIME_S = 15 * 60
LEEWAY_S = 5
"""Between the clocks of two of our machines."""
ISSUER = "perpetuo"
AUDIENCE = "perpetuo-control-plane"
MAX_TOKEN_CHARACTERS = 2048

# Three segments of base64url, the last one 32 bytes long. PyJWT 2.15 also takes padding; that each segment is the one
# spelling of its bytes it checks itself (api_jws.py, `_decode_base64url_segment`, read 2026-11-25).
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")

# Exactly these: `crit`, `jku`, `x5u`, `jwk`, `kid` have no place in a token of ours.
HEADER = {"alg": ALGORITHM, "typ": "JWT"}


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """iat, nbf, exp: Unix seconds. workspace: the one the token speaks for; None = none."""

    iss: str
    aud: str
    sub: str
    workspace: str | None
    session: str
    jti: str
    iat: int
    nbf: int
    exp: int


class SessionTokens:
    """secret: the bytes of JWT_SECRET."""

    def __init__(self, secret: bytes) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"perpetuo/1/access-token").derive(secret)

    def issue(self, *, user_id: str, workspace_id: str | None, session_id: str, token_id: str, wall_s: float) -> str:
        now = int(wall_s)
        claims = Claims(
            ISSUER, AUDIENCE, user_id, workspace_id, session_id, token_id, iat=now, nbf=now, exp=now + LIFETIME_S
        )
        payload: dict[str, Any] = msgspec.to_builtins(claims)
        return jwt.encode(payload, self._key, algorithm=ALGORITHM, headers=HEADER)

    def read(self, token: str, wall_s: float) -> Claims | None:
        """None for whatever is not a valid token of ours at this time."""
        if len(token) > MAX_TOKEN_CHARACTERS or _COMPACT.fullmatch(token) is None:
            return None
        try:
            if jwt.get_unverified_header(token) != HEADER:
                return None
            payload: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # Time is ours to compare: the clock comes in.
                options={
                    "require": ["iss", "aud", "sub", "session", "jti", "iat", "nbf", "exp"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            claims = msgspec.convert(payload, Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, ValueError, RecursionError):
            return None
        ids = (claims.sub, claims.session, claims.jti, claims.sub if claims.workspace is None else claims.workspace)
        if not all(parse_id(text) == text for text in ids):
            return None
        lives = claims.nbf - LEEWAY_S <= wall_s < claims.exp and claims.iat - LEEWAY_S <= wall_s
        return claims if lives and claims.exp - claims.iat <= LIFETIME_S else None
