"""Amazon Bedrock. The base URL names the region, and with it who may see the requests: the default is us-east-1, and
another region is the base URL of the provider key, `https://bedrock-runtime.<region>.amazonaws.com`.

Most models are only served through an inference profile, whose prefix is the geography that requests stay in. The
rows have those of the US, for the default region; elsewhere the models come from the region's own list, under `eu.` and
the like. `global.` profiles, which may answer anywhere, are left to the workspace: it adds them to the key's `models`.

Ids: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html and, for Claude 4.6 and earlier,
https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock; for later ones what
`aws bedrock list-inference-profiles` printed in public repositories and the price data has (read 2026-11-24).
"""

from collections.abc import Iterable

import msgspec

from perpetuo.core.catalog import Capability, Model, Tier, Vendor
from perpetuo.providers.bedrock_models import canonical_name, fields_refused_by
from perpetuo.providers.catalog.anthropic import ANTHROPIC
from perpetuo.providers.catalog.rows import JSON, chat

READ_ON = "2026-11-24"

_SOURCE_URL = "https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html"
_PROFILES_URL = "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html"
# A schema of the answer is native with Claude 4.5 and later; for the others a forced tool call stands in.
# https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-11-24)
_SEES: frozenset[Capability] = frozenset((*JSON, "vision"))
_SEES_AND_READS: frozenset[Capability] = frozenset((*_SEES, "files"))


def _model(
    id: str,
    capabilities: frozenset[Capability],
    context_tokens: int,
    max_output_tokens: int | None = None,
    tiers: Iterable[Tier] = (),
) -> Model:
    return chat(
        id,
        capabilities,
        context_tokens,
        max_output_tokens,
        source_url=_PROFILES_URL if id.startswith("us.") else _SOURCE_URL,
        tiers=tiers,
        canonical=canonical_name(id),
        refused_fields=fields_refused_by(id),
    )


def _claude(id: str, tiers: Iterable[Tier] = ()) -> Model:
    """As its maker's own row has it, so far as the form here carries it."""
    row = next(model for model in ANTHROPIC.models if model.canonical == canonical_name(id))
    return msgspec.structs.replace(
        row,
        id=id,
        tiers=tuple(tiers),
        refused_fields=row.refused_fields | fields_refused_by(id),
        source_url=_PROFILES_URL,
        read_on=READ_ON,
    )


_CLAUDE = (
    _claude("us.anthropic.claude-fable-5-2"),
    _claude("us.anthropic.claude-fable-5-1"),
    _claude("us.anthropic.claude-opus-5-5", tiers=("premium",)),
    _claude("us.anthropic.claude-opus-5"),
    _claude("us.anthropic.claude-opus-4-8"),
    _claude("us.anthropic.claude-opus-4-7"),
    _claude("us.anthropic.claude-opus-4-6-v1"),
    _claude("us.anthropic.claude-opus-4-5-20251101-v1:0"),
    _claude("us.anthropic.claude-sonnet-5-5"),
    _claude("us.anthropic.claude-sonnet-5"),
    _claude("us.anthropic.claude-sonnet-4-6", tiers=("default",)),
    _claude("us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    _claude("us.anthropic.claude-haiku-5-5"),
    _claude("us.anthropic.claude-haiku-4-5-20251001-v1:0", tiers=("fast", "cheap")),
)
# https://docs.aws.amazon.com/nova/latest/userguide/what-is-nova.html (read 2026-11-24)
_NOVA = (
    _model("us.amazon.nova-2-lite-v1:0", _SEES_AND_READS, 1_000_000),
    _model("amazon.nova-pro-v1:0", _SEES_AND_READS, 300_000),
    _model("amazon.nova-lite-v1:0", _SEES_AND_READS, 300_000),
    _model("amazon.nova-micro-v1:0", JSON, 128_000),
)
_OTHERS = (
    _model("openai.gpt-oss-120b-1:0", JSON, 128_000),
    _model("openai.gpt-oss-20b-1:0", JSON, 128_000),
    _model("us.meta.llama4-maverick-17b-instruct-v1:0", _SEES, 1_000_000),
    _model("us.meta.llama4-scout-17b-instruct-v1:0", _SEES, 3_500_000),
    _model("us.meta.llama3-3-70b-instruct-v1:0", JSON, 128_000),
    _model("qwen.qwen3-32b-v1:0", JSON, 32_000),
)

BEDROCK = Vendor(
    name="bedrock",
    title="Amazon Bedrock",
    protocol="bedrock_converse",
    base_url="https://bedrock-runtime.us-east-1.amazonaws.com",
    auth="aws",
    # A Bedrock API key: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html (read 2026-11-24)
    env_var="AWS_BEARER_TOKEN_BEDROCK",
    models=_CLAUDE + _NOVA + _OTHERS,
    source_url="https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
    read_on=READ_ON,
)
