import socket
import threading

import pytest

from perpetuo.cli.failures import Failure
from perpetuo.cli.listen import bind, url_of


def test_a_busy_port_is_told_with_the_way_out() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure) as refusal:
            bind("127.0.0.1", port)
    assert refusal.value.message == (
        f"Port {port} on 127.0.0.1 is busy: stop the program that listens there, or choose another port with "
        "--port or PERPETUO_PORT."
    )


def test_a_port_that_a_dying_predecessor_lets_go_of_is_waited_for() -> None:
    taken = bind("127.0.0.1", 0)
    port = taken.getsockname()[1]
    release = threading.Timer(0.2, taken.close)
    release.start()
    try:
        bind("127.0.0.1", port, patience_s=30).close()
    finally:
        release.join()


def test_a_foreign_address_is_told() -> None:
    with pytest.raises(Failure, match=r"192\.0\.2\.1 is not an address of this machine"):
        bind("192.0.2.1", 0)


def test_a_wildcard_is_named_by_its_loopback() -> None:
    with bind("0.0.0.0", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_ipv6_is_bracketed() -> None:
    if not socket.has_ipv6:
        pytest.skip("this Python has no IPv6")
    try:
        listener = bind("::1", 0)
    except Failure:
        pytest.skip("this machine has no IPv6 loopback")
    with listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"
