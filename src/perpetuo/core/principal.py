"""Who is calling: the only source of the workspace a request belongs to."""

import msgspec

from perpetuo.core.snapshot import ApiKey, Workspace


class Principal(msgspec.Struct, frozen=True):
    workspace: Workspace
    api_key: ApiKey
