"""Hugging Face's router: one token, many providers behind it. The provider that answers may be named behind a colon
(`openai/gpt-oss-120b:cerebras`) and sets the price, so the row has none; its list tells one where providers agree."""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, chat

READ_ON = "2026-11-24"

_model = partial(chat, source_url="https://huggingface.co/docs/inference-providers/index", read_on=READ_ON)

HUGGINGFACE = Vendor(
    name="huggingface",
    title="Hugging Face",
    protocol="openai_chat",
    base_url="https://router.huggingface.co/v1",
    env_var="HF_TOKEN",
    models=(_model("openai/gpt-oss-120b", STRUCTURED, 131_072, canonical="gpt-oss-120b", tiers=("default",)),),
    source_url="https://huggingface.co/docs/inference-providers/tasks/chat-completion",
    read_on=READ_ON,
)
