"""NVIDIA NIM, hosted. Which models a key may use depends on its account, so they come from the vendor's own list and
have no tier until an operator assigns one. A NIM that the operator runs is this vendor with a base URL of its own."""

from perpetuo.core.catalog import Vendor

NVIDIA = Vendor(
    name="nvidia",
    title="NVIDIA NIM",
    protocol="openai_chat",
    base_url="https://integrate.api.nvidia.com/v1",
    env_var="NVIDIA_API_KEY",
    approximates={"message.developer": "sent as a system message"},
    source_url="https://docs.api.nvidia.com/nim/reference/llm-apis",
    read_on="2026-11-24",
)
