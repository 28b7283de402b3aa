"""Azure OpenAI. A model is called by the name of its deployment, which the operator has chosen. Where that is the
model's own name, as the portal proposes it, the rows here fit; any other is given with `--model NAME=TIER`. None has a
tier, and the vendor's list is not read: it is of models that could be deployed, not of those that are.

The key is sent as `api-key`; a token of Entra, which is a JWT, as a bearer token.
Source: https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle (read 2026-11-24).
"""

import msgspec

from perpetuo.core.catalog import Vendor
from perpetuo.providers.catalog.openai import OPENAI

READ_ON = "2026-11-24"
_SOURCE_URL = "https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle"

AZURE = Vendor(
    name="azure",
    title="Azure OpenAI",
    protocol="openai_chat",
    base_url=None,
    base_url_example="https://RESOURCE.openai.azure.com/openai/v1",
    auth="azure",
    max_tokens_field="max_completion_tokens",
    models_path="",
    refused_fields=OPENAI.refused_fields,
    models=tuple(
        msgspec.structs.replace(model, tiers=(), source_url=_SOURCE_URL, read_on=READ_ON) for model in OPENAI.models
    ),
    source_url=_SOURCE_URL,
    read_on=READ_ON,
)
AZURE_DEPLOYMENTS = msgspec.structs.replace(
    AZURE,
    name="azure-deployments",
    title="Azure OpenAI (dated API)",
    base_url_example="https://RESOURCE.openai.azure.com",
    # The last version that is no preview.
    chat_path="/openai/deployments/{model}/chat/completions?api-version=2024-10-21",
    source_url="https://learn.microsoft.com/azure/ai-foundry/openai/reference",
)
