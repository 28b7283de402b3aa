"""The exchange of ENCRYPTION_KEY for ENCRYPTION_KEY_NEXT, while everything runs (`db.resealing`)."""

from perpetuo.control.admin.schemas import Encryption, KeyUse, Rotation
from perpetuo.control.change import changing_everything
from perpetuo.control.policies import Access
from perpetuo.control.replies import conflict
from perpetuo.control.state import ControlState
from perpetuo.db.queries.sealing_key import gateways_without, next_key_missing, set_sealing_key
from perpetuo.db.resealing import EncryptionStatus, encryption_status, reseal

TURN_S = 20.0
"""Of one request; whoever is not finished then asks again."""


async def status(state: ControlState) -> Encryption:
    return _shown(await encryption_status(state.engine, state.sealer, _audit_keys(state)))


async def rotate(state: ControlState, access: Access) -> Rotation:
    """Every process has to have both keys by now. Raises ControlError 409 when this one has no next one."""
    if len(state.sealer.key_ids) == 1:
        raise conflict(
            "no_next_key", "ENCRYPTION_KEY_NEXT is not set: give it to every process first, then rotate to it."
        )
    key_id = state.sealer.key_ids[1]
    async with changing_everything(state, access, "encryption.rotate", "installation") as change:
        without = await gateways_without(change.conn, key_id)
        if without:
            raise conflict("next_key_missing", next_key_missing(without))
        began = await set_sealing_key(change.conn, key_id)
        change.details = {"key_id": key_id, "began": began}
    done = await reseal(
        state.engine, state.sealer, _audit_keys(state), key_id, state.entropy.random_bytes, within_s=TURN_S
    )
    now = await status(state)
    return Rotation(
        keys=now.keys,
        old_key_removable=now.old_key_removable,
        provider_keys_sealed=done.provider_keys,
        request_contents_sealed=done.request_contents,
        unopened=done.unopened,
        finished=done.finished,
    )


def _audit_keys(state: ControlState) -> dict[str, bytes]:
    """Both come from the same keys, in the same order."""
    return dict(zip(state.sealer.key_ids, state.audit_keys, strict=True))


def _shown(status: EncryptionStatus) -> Encryption:
    return Encryption(
        keys=[
            KeyUse(
                key_id=use.key_id,
                name="ENCRYPTION_KEY"
                if use.key_id == status.current
                else "ENCRYPTION_KEY_NEXT"
                if use.key_id == status.following
                else None,
                seals=use.key_id == status.sealing,
                provider_keys=use.provider_keys,
                request_contents=use.request_contents,
                audit_head=use.audit_head,
            )
            for use in status.keys
        ],
        old_key_removable=status.old_key_removable,
    )
