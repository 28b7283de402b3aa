"""Secrets on their way into the database."""

from sqlalchemy.ext.asyncio import AsyncConnection

from perpetuo.control.replies import ControlError
from perpetuo.control.state import ControlState
from perpetuo.db.queries.sealing_key import hold_sealing_key
from perpetuo.db.sealing import NONCE_BYTES, Place, SealingKeyMissing


async def seal_secret(conn: AsyncConnection, state: ControlState, place: Place, secret: bytes) -> bytes:
    """The envelope to store in this transaction, be it perpetuo_app's or perpetuo_system's.

    Sealed with the key that the whole installation seals with; a rotation that begins meanwhile waits for the commit.
    Raises ControlError 503 when this process was not given that key.
    """
    key_id = await hold_sealing_key(conn)
    try:
        return state.sealer.seal(secret, place, state.entropy.random_bytes(NONCE_BYTES), key_id)
    except SealingKeyMissing as missing:
        raise ControlError(503, "sealing_key_missing", str(missing)) from None
