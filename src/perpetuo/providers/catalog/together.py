"""Together AI. Its `logprobs` is a number where OpenAI's is yes or no, so a request for them passes over it.

Fields: the request types of its SDK, `together` 3.1.1 (read 2026-11-24).
"""

from functools import partial

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.rows import STRUCTURED, VISION, chat

READ_ON = "2026-11-24"

_model = partial(chat, source_url="https://docs.together.ai/docs/serverless-models", read_on=READ_ON)

TOGETHER = Vendor(
    name="together",
    title="Together AI",
    protocol="openai_chat",
    base_url="https://api.together.xyz/v1",
    env_var="TOGETHER_API_KEY",
    stream_usage=False,  # it is in the last chunk, asked for or not: recordings of 2026-11-23
    refused_fields=frozenset(("logprobs", "top_logprobs", "modalities", "audio", "web_search_options", "prediction")),
    models=(
        _model("moonshotai/Kimi-K3", VISION, 1_048_576, canonical="kimi-k3", tiers=("premium",)),
        _model("zai-org/GLM-5.3", STRUCTURED, 1_048_575, 262_144, canonical="glm-5.3"),
        # The general model that does not reason.
        _model(
            "meta-llama/Llama-3.3-70B-Instruct-Turbo",
            STRUCTURED,
            131_072,
            8_192,
            canonical="llama-3.3-70b-instruct",
            tiers=("default",),
        ),
        _model("openai/gpt-oss-120b", STRUCTURED, 131_072, canonical="gpt-oss-120b", tiers=("cheap",)),
    ),
    source_url="https://docs.together.ai/docs/openai-api-compatibility",
    read_on=READ_ON,
)
