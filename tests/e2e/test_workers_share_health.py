"""`perpetuo up` with several workers: what one finds out about a provider keeps all of them from asking it."""

import socket
from pathlib import Path

import psutil
from gateway_process import GatewayProcess, Home, chat_body, until, vendor

WORKERS = 3


async def test_a_refused_key_costs_the_machine_one_request(home: Home) -> None:
    async with vendor(home, 0, words=6) as refusing, home.up(PERPETUO_WORKERS=str(WORKERS)) as gateway:

        async def know_each_other() -> bool:
            return workers_know_each_other(home.data_dir / "run" / "health")

        await until(know_each_other)
        refusing.set_fault("status_401")
        first = await ask_on_a_connection_of_its_own(gateway)
        # The kernel deals connections to whichever worker it likes; thirty of them miss nobody.
        others = [await ask_on_a_connection_of_its_own(gateway) for _ in range(30)]
        assert (first, set(others)) == (502, {503})
        assert len(refusing.ledger.inference()) == 1


def workers_know_each_other(directory: Path) -> bool:
    """Each has the socket it hears with, and one to speak with for each of the others."""
    workers = [psutil.Process(int(path.stem)) for path in directory.glob("*.sock")]
    return len(workers) == WORKERS and all(datagram_sockets(worker) == WORKERS for worker in workers)


def datagram_sockets(process: psutil.Process) -> int:
    return sum(found.type == socket.SOCK_DGRAM for found in process.net_connections(kind="unix"))


async def ask_on_a_connection_of_its_own(gateway: GatewayProcess) -> int:
    async with gateway.client() as client:
        return (await client.post("/v1/chat/completions", json=chat_body())).status_code
