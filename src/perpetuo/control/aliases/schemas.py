from typing import Annotated

from fastapi import Query

from perpetuo.control.replies import Model
from perpetuo.control.settings.schemas import Alias, AliasName

# In the query: a name has slashes and dots, which clients, proxies and routers rewrite in a path.
AliasQuery = Annotated[AliasName, Query(description="The alias: what applications send as `model`.")]


class NamedAlias(Model):
    name: str
    target: Alias


class ChangedAlias(NamedAlias):
    """`warnings`: what is allowed and yet may not be what was meant."""

    warnings: list[str]
