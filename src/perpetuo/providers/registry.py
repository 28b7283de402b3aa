"""Every wire protocol by the name a vendor row uses."""

from collections.abc import Mapping
from types import MappingProxyType

from perpetuo.providers.base import ChatProvider
from perpetuo.providers.openai_chat import OpenAIChat

OPENAI_CHAT = OpenAIChat()

PROTOCOLS: Mapping[str, ChatProvider] = MappingProxyType({OPENAI_CHAT.name: OPENAI_CHAT})
