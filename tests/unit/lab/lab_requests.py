"""Requests as the lab's server hands them to a shape."""

import msgspec

from perpetuo.lab.server import HttpRequest


def request_to(target: str, document: object, **headers: str) -> HttpRequest:
    path, _, query = target.partition("?")
    return HttpRequest("POST", path, query, headers, msgspec.json.encode(document), keep_alive=True, received_at=0.0)
