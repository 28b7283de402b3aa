import io
import json
import logging
from collections.abc import Iterator

import httpcore2
import httpx2
import pytest

from perpetuo.observability.logging import CHATTY, LogForm, configure_logging
from perpetuo.observability.redaction import Redactor

SECRET = "a-provider-key-nobody-may-see-0042"


@pytest.fixture
def restored_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    chatty = {name: logging.getLogger(name).level for name in CHATTY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    for name, old in chatty.items():
        logging.getLogger(name).setLevel(old)


def logged(form: LogForm, write, level="info") -> str:
    stream = io.StringIO()
    configure_logging(level, stream=stream, form=form, redactor=Redactor([SECRET]))
    write(logging.getLogger("perpetuo.test"))
    return stream.getvalue()


pytestmark = pytest.mark.usefixtures("restored_root")


def test_a_json_line_carries_message_and_fields():
    line = json.loads(logged("json", lambda log: log.info("ready on %d", 3000, extra={"fields": {"port": 3000}})))
    assert (line["level"], line["logger"], line["message"], line["port"]) == (
        "info",
        "perpetuo.test",
        "ready on 3000",
        3000,
    )
    assert line["at"].endswith("+00:00")


def test_fields_cannot_overwrite_what_the_line_says_of_itself():
    line = json.loads(logged("json", lambda log: log.info("true", extra={"fields": {"message": "false"}})))
    assert line["message"] == "true"


@pytest.mark.parametrize("form", ["json", "text"])
def test_secrets_appear_nowhere_not_even_in_a_traceback(form: LogForm):
    def write(log: logging.Logger) -> None:
        try:
            raise ValueError(f"refused {SECRET}")
        except ValueError:
            log.exception("failed with %s", SECRET, extra={"fields": {"deep": [{"key": SECRET}]}})

    text = logged(form, write)
    assert SECRET not in text
    assert text.count("…0042") == 3
    assert "ValueError" in text


def test_a_newer_redactor_takes_the_place_of_the_old_one():
    stream = io.StringIO()
    handler = configure_logging("info", stream=stream, form="json")
    handler.redactor = Redactor([SECRET])
    logging.getLogger("x").info(SECRET)
    assert SECRET not in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_a_client_sent_cannot_start_another_line(form: LogForm):
    text = logged(form, lambda log: log.info("model %s", "a\nERROR fake\x1b[2J\u2028"))
    assert text.count("\n") == 1
    assert "\x1b" not in text


def test_lines_below_the_level_are_not_written():
    assert logged("text", lambda log: log.info("quiet"), level="warning") == ""


def test_a_field_of_an_unknown_type_is_written_as_its_repr():
    line = json.loads(logged("json", lambda log: log.info("x", extra={"fields": {"path": 1j}})))
    assert line["path"] == "1j"


def test_without_a_form_a_pipe_gets_json():
    stream = io.StringIO()
    configure_logging("info", stream=stream)
    logging.getLogger("x").info("hello")
    assert json.loads(stream.getvalue())["message"] == "hello"


def test_the_clients_we_call_with_do_not_log_what_a_vendor_sent():
    configure_logging("debug", stream=io.StringIO(), form="json")
    assert (httpcore2.__name__, httpx2.__name__) == ("httpcore2", "httpx2")
    for name in ("httpcore2.http11", "httpcore2.connection", "httpcore2.proxy", "httpx2"):
        assert name in logging.root.manager.loggerDict, "the name under which the installed package logs"
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
