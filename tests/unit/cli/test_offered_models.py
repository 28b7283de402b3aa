import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from perpetuo.cli.failures import Failure
from perpetuo.cli.offered_models import ask_for_models, parse_models
from perpetuo.core.catalog import Vendor

SERVER = Vendor(name="custom", title="Server", protocol="openai_chat", base_url=None, self_hosted=True)


def test_models_take_tiers_and_embedding_from_the_command_line() -> None:
    models = parse_models(SERVER, ["llama=default", "llama=fast", "tiny", "nomic=embedding"])
    assert [(model.id, model.intent, model.tiers) for model in models] == [
        ("llama", "chat", ("default", "fast")),
        ("tiny", "chat", ()),
        ("nomic", "embedding", ()),
    ]


WRONG = {
    "an unknown tier": ["llama=best"],
    "no name": ["=fast"],
    "two models for one tier": ["llama=fast", "tiny=fast"],
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_model_is_told(case: str) -> None:
    with pytest.raises(Failure, match="--model"):
        parse_models(SERVER, WRONG[case])


class _Server(BaseHTTPRequestHandler):
    status = 200
    body = b""
    asked: list[tuple[str, str | None]] = []  # noqa: RUF012 - reset by the fixture

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["authorization"]))
        self.send_response(self.status)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[type[_Server], str]]:
    _Server.status, _Server.body, _Server.asked = 200, b"", []
    listening = HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield _Server, f"http://127.0.0.1:{listening.server_port}/v1"
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_a_servers_own_list_is_taken(server: tuple[type[_Server], str]) -> None:
    handler, url = server
    handler.body = json.dumps({"object": "list", "data": [{"id": "llama"}, {"id": "nomic-embed-text"}]}).encode()
    models = ask_for_models(SERVER, url, "secret", None)
    assert [(model.id, model.intent, model.tiers) for model in models] == [
        ("llama", "chat", ()),
        ("nomic-embed-text", "embedding", ()),
    ]
    assert handler.asked == [("/v1/models", "Bearer secret")]


BAD_ANSWERS = {
    "not JSON": (200, b"<html>"),
    "another shape": (200, b'{"models": []}'),
    "refused": (401, b"{}"),
    "a redirect": (302, b""),
}


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_an_answer_that_is_no_list_is_told_without_the_secret(case: str, server: tuple[type[_Server], str]) -> None:
    handler, url = server
    handler.status, handler.body = BAD_ANSWERS[case]
    with pytest.raises(Failure, match="did not answer with a model list") as failure:
        ask_for_models(SERVER, url, "secret", None)
    assert "secret" not in failure.value.message
