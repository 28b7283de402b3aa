"""Every wire protocol by the name a vendor row uses."""

from collections.abc import Mapping
from types import MappingProxyType

from perpetuo.providers.anthropic_messages import AnthropicMessages
from perpetuo.providers.base import ChatProvider
from perpetuo.providers.bedrock_converse import BedrockConverse
from perpetuo.providers.cohere_chat import CohereChat
from perpetuo.providers.gemini_generate import GeminiGenerate
from perpetuo.providers.openai_chat import OpenAIChat

PROTOCOLS: Mapping[str, ChatProvider] = MappingProxyType(
    {
        protocol.name: protocol
        for protocol in (OpenAIChat(), AnthropicMessages(), BedrockConverse(), GeminiGenerate(), CohereChat())
    }
)
