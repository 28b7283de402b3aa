"""What looks like a session's token and is none: everything here is answered with 401, whatever it is built from."""

import base64
import hashlib
import hmac
import json
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from control_harness import JWT_SECRET
from perpetuo.control.refresh_tokens import RefreshTokens
from perpetuo.control.session_tokens import SessionTokens

HEADER = {"alg": "HS256", "typ": "JWT"}


def sub_key(secret=JWT_SECRET, purpose=b"perpetuo/1/access-token"):
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)


def segment(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims, header=HEADER, key=None, digest=hashlib.sha256):
    signing_input = f"{segment(header)}.{segment(claims)}"
    signature = hmac.new(sub_key() if key is None else key, signing_input.encode(), digest).digest()
    return f"{signing_input}.{segment(signature)}"


def last_character_changed(token):
    """The same 32 bytes: the last character of 43 has two bits that mean nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def with_headers(good):
    cases = {
        "alg none": {"alg": "none", "typ": "JWT"},
        "alg None": {"alg": "None", "typ": "JWT"},
        "alg NONE": {"alg": "NONE", "typ": "JWT"},
        "alg nOnE": {"alg": "nOnE", "typ": "JWT"},
        "alg empty": {"alg": "", "typ": "JWT"},
        "alg null": {"alg": None, "typ": "JWT"},
        "alg in small letters": {"alg": "hs256", "typ": "JWT"},
        "alg a list": {"alg": ["HS256"], "typ": "JWT"},
        "alg missing": {"typ": "JWT"},
        "typ missing": {"alg": "HS256"},
        "another typ": {"alg": "HS256", "typ": "at+jwt"},
        "kid": HEADER | {"kid": "1"},
        "kid that climbs": HEADER | {"kid": "../../../../dev/null"},
        "kid of SQL": HEADER | {"kid": "' UNION SELECT 'x"},
        "jku": HEADER | {"jku": "http://127.0.0.1:9/keys"},
        "x5u": HEADER | {"x5u": "http://127.0.0.1:9/cert"},
        "x5c": HEADER | {"x5c": ["MIIB"]},
        "jwk": HEADER | {"jwk": {"kty": "oct", "k": segment(b"k" * 32)}},
        "crit": HEADER | {"crit": ["exp"]},
        "crit unknown": HEADER | {"crit": ["http://example.org/x"], "http://example.org/x": 1},
        "b64 false": HEADER | {"b64": False, "crit": ["b64"]},
        "b64 false without crit": HEADER | {"b64": False},
        "b64 true": HEADER | {"b64": True},
        "cty of a nested token": HEADER | {"cty": "JWT"},
        "zip": HEADER | {"zip": "DEF"},
    }
    tokens = {name: signed(good, header) for name, header in cases.items()}
    for name in ("alg none", "alg None", "alg NONE", "alg nOnE"):
        tokens[f"{name}, no signature"] = f"{segment(cases[name])}.{segment(good)}."
    tokens["duplicate alg, the first none"] = _raw_header(b'{"alg":"none","alg":"HS256","typ":"JWT","typ":"JWE"}', good)
    tokens["duplicate alg, the last none"] = _raw_header(b'{"alg":"HS256","typ":"JWT","alg":"none"}', good)
    tokens["a header that is no object"] = _raw_header(b'["HS256"]', good)
    tokens["a header that is no JSON"] = _raw_header(b"{alg:HS256}", good)
    return tokens


def _raw_header(header, claims):
    signing_input = f"{segment(header)}.{segment(claims)}"
    return f"{signing_input}.{segment(hmac.digest(sub_key(), signing_input.encode(), 'sha256'))}"


def with_claims(good):
    now = good["iat"]
    cases = {f"without {name}": {key: value for key, value in good.items() if key != name} for name in good}
    cases |= {
        "expired": good | {"iat": now - 2000, "nbf": now - 2000, "exp": now - 1100},
        "expired this second": good | {"iat": now - 901, "nbf": now - 901, "exp": now - 1},
        "not yet": good | {"nbf": now + 60},
        "issued in the future": good | {"iat": now + 60, "exp": now + 900},
        "lives too long": good | {"exp": now + 86_400},
        "lives for ever": good | {"exp": 2**62},
        "exp beyond 64 bits": good | {"exp": 2**80},
        "another issuer": good | {"iss": "perpetuo2"},
        "another audience": good | {"aud": "perpetuo-data-plane"},
        "two audiences": good | {"aud": ["perpetuo-control-plane", "other"]},
        "one audience in a list": good | {"aud": ["perpetuo-control-plane"]},
        "issuer in a list": good | {"iss": ["perpetuo"]},
        "a claim more": good | {"is_operator": True},
        "role in the token": good | {"role": "owner"},
        "session that is no id": good | {"session": "1' OR '1'='1"},
        "user that is no id": good | {"sub": "*"},
        "workspace that is no id": good | {"workspace": "../x"},
        "workspace empty": good | {"workspace": ""},
        "id in capitals": good | {"sub": good["sub"].upper()},
        "id with a NUL": good | {"session": good["session"] + "\x00"},
        "somebody else's session": good | {"sub": str(uuid.uuid4())},
        "a session that is not there": good | {"session": str(uuid.uuid4())},
        "claims that are a list": [good],
        "claims that are null": None,
    }
    for name in ("iss", "aud", "sub", "session", "jti"):
        cases |= {f"{name} a number": good | {name: 7}, f"{name} null": good | {name: None}}
        cases |= {f"{name} an object": good | {name: {"$ne": ""}}}
    for name in ("iat", "nbf", "exp"):
        cases |= {f"{name} text": good | {name: str(good[name])}, f"{name} true": good | {name: True}}
        cases |= {f"{name} null": good | {name: None}, f"{name} a fraction": good | {name: good[name] + 0.5}}
    tokens = {name: signed(claims) for name, claims in cases.items()}
    raw = json.dumps(good)[:-1].encode()
    tokens["NaN"] = signed(raw + b', "exp": NaN}')
    tokens["infinite"] = signed(raw + b', "exp": Infinity}')
    tokens["duplicate sub"] = signed(raw + b', "sub": "%s"}' % str(uuid.uuid4()).encode())
    tokens["deep"] = signed(b'{"a":' + b"[" * 400 + b"]" * 400 + b"}")
    tokens["claims that are not UTF-8"] = signed(b'{"sub": "\xff\xfe"}')
    tokens["no claims"] = signed(b"")
    return tokens


def with_keys(good):
    rsa_key = rsa.generate_private_key(65537, 2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    tokens = {
        "HS384": signed(good, HEADER | {"alg": "HS384"}, digest=hashlib.sha384),
        "HS512": signed(good, HEADER | {"alg": "HS512"}, digest=hashlib.sha512),
        "HS384 under the name of HS256": signed(good, digest=hashlib.sha384),
        "HS256 by a public key": signed(good, key=public),
        "RS256": jwt.encode(good, rsa_key, "RS256"),
        "PS256": jwt.encode(good, rsa_key, "PS256"),
        "ES256": jwt.encode(good, ec_key, "ES256"),
        "the secret itself": signed(good, key=JWT_SECRET),
        "an older secret": signed(good, key=sub_key(bytes(32))),
        "the key of refresh tokens": signed(good, key=sub_key(purpose=b"perpetuo/1/refresh-token")),
        "another purpose's key": signed(good, key=sub_key(purpose=b"perpetuo/1/something-else")),
        "an empty key": signed(good, key=b""),
        "a known key": signed(good, key=b"secret"),
        "a refresh token": RefreshTokens(JWT_SECRET).issue(good["session"], bytes(24)),
    }
    foreign = SessionTokens(bytes(range(32)))
    tokens["another installation's"] = foreign.issue(
        user_id=good["sub"],
        workspace_id=good["workspace"],
        session_id=good["session"],
        token_id=good["jti"],
        wall_s=good["iat"],
    )
    return tokens


def with_spellings(good):
    token = signed(good)
    head, body, signature = token.split(".")
    return {
        "cut in the signature": token[:-1],
        "cut in the claims": token[: len(head) + 10],
        "no signature": f"{head}.{body}.",
        "two segments": f"{head}.{body}",
        "one segment": head,
        "four segments": f"{token}.{signature}",
        "five segments, as JWE has": f"{head}.{body}.{signature}.{body}.{signature}",
        "an empty header": f".{body}.{signature}",
        "dots": "..",
        "padded": f"{token}=",
        "padded twice": f"{token}==",
        "a padded header": f"{head}=.{body}.{signature}",
        "spare bits set": last_character_changed(token),
        "the other alphabet": token.replace("-", "+").replace("_", "/") + "+",
        "a space in it": f"{head}. {body}.{signature}",
        "a line in it": f"{head}.{body}.\t{signature}",
        "percent-encoded": token.replace(".", "%2E"),
        "quoted": f'"{token}"',
        "two tokens": f"{token},{token}",
        "Bearer twice": f"Bearer {token}",
        "letters of Latin-1": token[:-1] + "\u00e9",
        "a wide full stop": token.replace(".", "\u00b7"),
        "huge": token + "A" * 4000,
        "huge claims": signed(good | {"jti": "x" * 3000}),
        "signature of nothing": f"{head}.{body}.{segment(bytes(32))}",
        "signature of another": f"{head}.{body}.{signed(good | {'jti': str(uuid.uuid4())}).split('.')[2]}",
        "claims of another": f"{head}.{segment(good | {'is_operator': True})}.{signature}",
        "JWS in JSON": json.dumps({"protected": head, "payload": body, "signature": signature}),
    }


GROUPS = {
    "headers": with_headers,
    "claims": with_claims,
    "keys": with_keys,
    "spellings": with_spellings,
}


@pytest.fixture
async def ann(control):
    return await control.sign_in(await control.user(), await control.workspace("hers"))


def claims_of(person):
    return jwt.decode(person.token, options={"verify_signature": False})


async def test_of_a_hundred_and_more_hostile_tokens_every_one_is_answered_with_401(control, ann):
    good = claims_of(ann)
    assert (await asked(control, signed(good))).status_code == 200, "the claims they are made from are good ones"
    tokens = {f"{group}: {name}": token for group, make in GROUPS.items() for name, token in make(good).items()}
    assert len(tokens) >= 100
    answers = {name: await asked(control, token) for name, token in tokens.items()}
    let_in = {name: reply.status_code for name, reply in answers.items() if reply.status_code != 401}
    assert let_in == {}
    assert {reply.headers["www-authenticate"] for reply in answers.values()} == {'Bearer realm="perpetuo"'}


async def test_two_headers_are_no_choice(control, ann):
    token = signed(claims_of(ann))
    pairs = [("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")]
    assert (await control.http.get("/auth/me", headers=pairs)).status_code == 401


async def test_a_token_for_a_workspace_one_is_no_member_of_opens_nothing_there(control, ann):
    theirs = await control.workspace("theirs")
    token = signed(claims_of(ann) | {"workspace": theirs})
    reply = await control.http.get(f"/workspaces/{theirs}/api-keys", headers={"authorization": f"Bearer {token}"})
    assert reply.status_code == 404
    assert (await asked(control, token)).json()["data"]["workspace_id"] is None


async def asked(control, token):
    headers = [(b"authorization", f"Bearer {token}".encode("latin-1"))]
    return await control.http.get("/auth/me", headers=headers)
