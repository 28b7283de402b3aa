"""The event loops that tests run on: Python's own, and the one that workers run on."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop

ASYNCIO: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
BOTH: Mapping[str, Callable[[], asyncio.AbstractEventLoop]] = {**ASYNCIO, "uvloop": uvloop.new_event_loop}
