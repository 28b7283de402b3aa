"""A well-behaved client in a process of its own, so that a test's other work is not in its figures.

python steady_client.py PORT API_KEY COUNT: one request after the other, at most 50 a second; prints the milliseconds
each took as a JSON list. The request is the benchmark's.
"""

import asyncio
import http.client
import json
import sys
import time
from pathlib import Path

from perpetuo.lab.bench.exchanges import Wanted, request_body

PAUSE_S = 0.02


async def latencies(port: int, api_key: str, count: int) -> list[float]:
    """Of a run in a process of its own, in ms."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), str(port), api_key, str(count), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return json.loads(said)


def main(port: int, api_key: str, count: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = request_body(Wanted())
    headers = {"authorization": f"Bearer {api_key}", "content-type": "application/json"}
    found: list[float] = []
    for _ in range(count):
        began_s = time.monotonic()
        connection.request("POST", "/v1/chat/completions", body, headers)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200, reply.status
        found.append((time.monotonic() - began_s) * 1000)
        time.sleep(PAUSE_S)
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
