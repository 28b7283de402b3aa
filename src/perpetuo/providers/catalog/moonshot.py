"""Moonshot AI. Its models reason, so the rule of the other vendors' tiers can not be kept here."""

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import VISION, chat

READ_ON = "2026-11-24"

MOONSHOT = Vendor(
    name="moonshotai",
    title="Moonshot AI",
    protocol="openai_chat",
    base_url="https://api.moonshot.ai/v1",
    env_var="MOONSHOT_API_KEY",
    models=(
        chat(
            "kimi-k3",
            VISION,
            1_048_576,
            tiers=("premium", "default"),
            source_url="https://platform.kimi.ai/docs/models",
            read_on=READ_ON,
        ),
    ),
    source_url="https://platform.kimi.ai/docs/overview",
    read_on=READ_ON,
)
