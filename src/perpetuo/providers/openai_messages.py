"""What is taken out of messages and tools for a vendor that does not carry it.

Only then are they re-encoded, and only down to the part that loses something: every other value keeps its bytes.
"""

from collections.abc import Callable, Collection

import msgspec

Object = dict[str, msgspec.Raw]

# Field of `core.carriage.FIELDS` -> the key of a message that holds it, by role; "" is any role but `function`, whose
# name says what it answers.
_KEYS_OF_MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("message.name", "", "name"),
    ("content.cache_control", "", "cache_control"),
    ("assistant.thinking_blocks", "assistant", "thinking_blocks"),
    ("assistant.reasoning_details", "assistant", "reasoning_details"),
    ("assistant.reasoning_content", "assistant", "reasoning_content"),
    ("assistant.thought_signature", "assistant", "extra_content"),
    ("tool.is_error", "tool", "is_error"),
)
_IN_PARTS = frozenset(("content.cache_control", "content.image_detail"))
_IN_MESSAGES = frozenset(name for name, _, _ in _KEYS_OF_MESSAGES) | _IN_PARTS
_IN_TOOLS = frozenset(("content.cache_control", "tools.strict"))
DEVELOPER = "message.developer"
"""Where a vendor approximates it (`Vendor.approximates`), the message goes out as one of the system."""

_OBJECT = msgspec.json.Decoder(Object)
_OBJECTS = msgspec.json.Decoder(list[Object])
_TEXT = msgspec.json.Decoder(str)
_SYSTEM = msgspec.Raw(b'"system"')


def fit_messages(messages: msgspec.Raw, dropped: Collection[str], *, developer_as_system: bool) -> msgspec.Raw:
    """The same bytes when nothing of it is dropped. messages: as `parse_chat_request` has taken them."""
    lost = _IN_MESSAGES.intersection(dropped)
    if not lost and not developer_as_system:
        return messages
    return _encoded([_fit_message(message, lost, developer_as_system) for message in _OBJECTS.decode(messages)])


def fit_tools(tools: msgspec.Raw, dropped: Collection[str]) -> msgspec.Raw:
    """The same bytes when nothing of it is dropped."""
    lost = _IN_TOOLS.intersection(dropped)
    if not lost or not _is_list(tools):
        return tools
    rows = _OBJECTS.decode(tools)
    for tool in rows:
        if "content.cache_control" in lost:
            tool.pop("cache_control", None)
        if "tools.strict" in lost:
            _change_object(tool, "function", lambda function: function.pop("strict", None))
    return _encoded(rows)


def _fit_message(message: Object, lost: Collection[str], developer_as_system: bool) -> Object:
    role = _TEXT.decode(message["role"])
    for name, of_role, key in _KEYS_OF_MESSAGES:
        if name in lost and (role == of_role or (not of_role and role != "function")):
            message.pop(key, None)
    if "assistant.thought_signature" in lost and role == "assistant" and _is_list(message.get("tool_calls")):
        calls = _OBJECTS.decode(message["tool_calls"])
        for call in calls:
            call.pop("extra_content", None)
        message["tool_calls"] = _encoded(calls)
    if _IN_PARTS.intersection(lost) and _is_list(message.get("content")):
        message["content"] = _encoded([_fit_part(part, lost) for part in _OBJECTS.decode(message["content"])])
    if developer_as_system and role == "developer":
        message["role"] = _SYSTEM
    return message


def _fit_part(part: Object, lost: Collection[str]) -> Object:
    if "content.cache_control" in lost:
        part.pop("cache_control", None)
    if "content.image_detail" in lost:
        _change_object(part, "image_url", lambda image: image.pop("detail", None))
    return part


def _change_object(holder: Object, key: str, change: Callable[[Object], object]) -> None:
    raw = holder.get(key)
    if raw is None or not bytes(raw).lstrip().startswith(b"{"):
        return
    inner = _OBJECT.decode(raw)
    change(inner)
    holder[key] = _encoded(inner)


def _is_list(raw: msgspec.Raw | None) -> bool:
    return raw is not None and bytes(memoryview(raw)[:64]).lstrip().startswith(b"[")


def _encoded(value: Object | list[Object]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
