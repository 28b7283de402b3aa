"""A process of its own, beside load on the data plane: 200 sign-ins at once, each from another address for another
account, every second until it is killed. Prints how each burst was answered.

python login_flood.py PORT
"""

import asyncio
import collections
import itertools
import json
import sys

PARALLEL = 200
numbers = itertools.count()


async def one(port: int) -> str:
    number = next(numbers)
    body = json.dumps({"email": f"user{number}@example.org", "password": "not this one, no"}).encode()
    address = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /auth/login HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {address}\r\nx-forwarded-proto: https\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
        + body
    )
    reply = await reader.read()
    writer.close()
    return reply[9:12].decode()


async def flood(port: int) -> None:
    while True:
        replies = await asyncio.gather(*(one(port) for _ in range(PARALLEL)))
        print(json.dumps(collections.Counter(replies)), flush=True)
        await asyncio.sleep(1.0)


if __name__ == "__main__":
    asyncio.run(flood(int(sys.argv[1])))
