"""Prints the control plane's OpenAPI document, without a database or anything else that runs.

`python scripts/write-openapi.py > openapi.json`; the dashboard's types are made from it (`npm run api-types`).
"""

import datetime
import json
import sys
from typing import Any

from sqlalchemy.ext.asyncio import create_async_engine

from perpetuo.control.app import build_routes
from perpetuo.control.refresh_tokens import RefreshTokens
from perpetuo.control.session_tokens import SessionTokens
from perpetuo.control.state import ControlState
from perpetuo.db.sealing import FOR_PROVIDER_KEYS, FOR_REQUEST_CONTENTS, Sealer
from perpetuo.providers.catalog.load import load_catalog
from perpetuo.wiring import SystemClock, SystemEntropy

NO_SECRET = bytes(32)


def openapi_document() -> dict[str, Any]:
    state = ControlState(
        engine=create_async_engine("postgresql+asyncpg://never.invalid/asked"),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        sealer=Sealer(NO_SECRET, purpose=FOR_PROVIDER_KEYS),
        content_sealer=Sealer(NO_SECRET, purpose=FOR_REQUEST_CONTENTS),
        audit_keys=(NO_SECRET,),
        tokens=SessionTokens(NO_SECRET),
        refresh_tokens=RefreshTokens(NO_SECRET),
        catalog=load_catalog(datetime.date(2026, 11, 25)),
    )
    try:
        return build_routes(state).openapi()
    finally:
        state.passwords.close()


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
