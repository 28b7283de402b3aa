import socket
import time

import blockbuster
import pytest

from perpetuo.core import errors


def test_a_connection_to_another_machine_is_refused():
    with socket.socket() as sock, pytest.raises(AssertionError, match=r"tried to connect to 192\.0\.2\.1"):
        sock.connect(("192.0.2.1", 80))


def test_a_connection_to_this_machine_is_let_through():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def _sleep_as_if_written_in(filename: str) -> None:
    namespace: dict[str, object] = {"time": time}
    exec(compile("def nap(): time.sleep(0)", filename, "exec"), namespace)
    namespace["nap"]()  # type: ignore[operator]


async def test_a_blocking_call_of_ours_in_the_event_loop_is_refused():
    with pytest.raises(blockbuster.BlockingError):
        _sleep_as_if_written_in(errors.__file__)


async def test_a_blocking_call_of_others_is_none_of_our_business():
    _sleep_as_if_written_in("/elsewhere/module.py")


def test_a_blocking_call_without_an_event_loop_is_fine():
    _sleep_as_if_written_in(errors.__file__)
