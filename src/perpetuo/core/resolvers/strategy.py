"""Which strategy orders the candidates: the client's header, else the workspace's setting, else `default`."""

from perpetuo.core.decision import Strategy
from perpetuo.core.errors import ClientError
from perpetuo.core.snapshot import STRATEGIES, Workspace

HEADER = "X-Perpetuo-Route"


class StrategyResolver:
    def resolve(self, header: str | None, workspace: Workspace) -> Strategy:
        """Raises ClientError for an unknown value in the header."""
        wanted = "" if header is None else header.strip().lower()
        if wanted:
            for name in STRATEGIES:
                if wanted == name:
                    return Strategy(name, "header", f"The client asked for `{name}` with {HEADER}.")
            shown = "".join(char if char.isprintable() and char.isascii() else "?" for char in wanted[:40])
            raise ClientError(
                "invalid_value", f"`{shown}` is not a strategy: use one of {', '.join(STRATEGIES)}.", param=HEADER
            )
        if workspace.strategy is not None:
            return Strategy(workspace.strategy, "workspace", f"The workspace's setting is `{workspace.strategy}`.")
        return Strategy("default", "fallback", "Neither the client nor the workspace asked for a strategy.")
