"""Mail through an SMTP server on this machine: what is sent, and what can not be made to be sent."""

import contextlib
import io
import logging
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme

from perpetuo.control import mail
from perpetuo.control.mail import SmtpMailer, SmtpServer, compose

TO, FROM = "ann@example.org", "Perpetuo <perpetuo@example.org>"


class SmtpListener(threading.Thread):
    """Serves one connection as RFC 5321 has it. Keeps what it was told, line by line, and whether it was by TLS."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, says: dict[bytes, bytes] | None = None) -> None:
        super().__init__(daemon=True)
        self.lines: list[tuple[bool, bytes]] = []
        self._tls, self._says = tls, says or {}
        self._opened: list[socket.socket | io.BufferedReader] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with contextlib.suppress(OSError), self._listener:
            self._serve(connection)
        for part in self._opened:
            with contextlib.suppress(OSError):
                part.close()

    def _serve(self, connection: socket.socket) -> None:
        secure, in_data = False, False
        stream = connection.makefile("rb")
        self._opened += [stream, connection]
        connection.sendall(b"220 test ESMTP\r\n")
        while line := stream.readline():
            self.lines.append((secure, line.rstrip(b"\r\n")))
            verb = line.split()[0].upper() if line.split() else b""
            if in_data:
                in_data = line != b".\r\n"
                if not in_data:
                    connection.sendall(b"250 ok\r\n")
            elif verb in self._says:
                connection.sendall(self._says[verb])
            elif verb == b"EHLO":
                connection.sendall(
                    b"250-test\r\n" + (b"250-STARTTLS\r\n" if self._tls else b"") + b"250 AUTH PLAIN\r\n"
                )
            elif verb == b"STARTTLS" and self._tls is not None:
                connection.sendall(b"220 go ahead\r\n")
                connection = self._tls.wrap_socket(connection, server_side=True)
                stream, secure = connection.makefile("rb"), True
                self._opened += [stream, connection]
            elif verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                in_data = True
            elif verb == b"QUIT":
                connection.sendall(b"221 bye\r\n")
                return
            else:
                connection.sendall(b"235 ok\r\n" if verb == b"AUTH" else b"250 ok\r\n")

    def said(self) -> list[bytes]:
        self.join(20)
        return [line for _, line in self.lines]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def listening() -> Iterator[SmtpListener]:
    listener = SmtpListener()
    listener.start()
    yield listener


def mailer_for(listener: SmtpListener, context: ssl.SSLContext | None = None, **fields: str) -> SmtpMailer:
    server = SmtpServer("127.0.0.1", listener.port, FROM, **({"security": "none"} | fields))  # type: ignore[arg-type]
    return SmtpMailer(server, context or ssl.create_default_context())


def test_a_mail_goes_to_its_recipient_with_its_subject_and_text(listening: SmtpListener) -> None:
    mailer = mailer_for(listening)
    mailer.send(TO, "Good news", "One line\n\nhttps://example.org/#token=abc\n")
    said = listening.said()
    assert b"mail FROM:<perpetuo@example.org>" in said[1] and said[2].startswith(b"rcpt TO:<ann@example.org>")
    assert {b"To: ann@example.org", b"Subject: Good news", b"https://example.org/#token=abc"} <= set(said)
    mailer.close(5)


def test_the_password_is_sent_over_tls_only(trusting: ssl.SSLContext, certificate: ssl.SSLContext) -> None:
    listener = SmtpListener(tls=certificate)
    listener.start()
    mailer_for(listener, trusting, security="starttls", user="me", password="secret").send(TO, "s", "t")
    listener.join(20)
    (secure,) = {secure for secure, line in listener.lines if line.startswith(b"AUTH")}
    assert secure and any(line == b"t" for _, line in listener.lines)


def test_a_server_without_a_certificate_we_trust_gets_no_password_and_no_mail(
    certificate: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    listener = SmtpListener(tls=certificate)
    listener.start()
    mailer = mailer_for(listener, security="starttls", user="me", password="secret")
    mailer.send(TO, "s", "t")
    mailer.close(20)
    assert [line.split()[0] for line in listener.said()] == [b"ehlo", b"STARTTLS"]
    assert "SSLCertVerificationError" in caplog.text


def test_a_server_that_offers_no_tls_gets_no_password_and_no_mail(
    listening: SmtpListener, caplog: pytest.LogCaptureFixture
) -> None:
    mailer = mailer_for(listening, security="starttls", user="me", password="secret")
    mailer.send(TO, "s", "t")
    mailer.close(20)
    assert not [line for line in listening.said() if line.upper().startswith((b"AUTH", b"DATA", b"MAIL"))]
    assert "SMTPNotSupportedError" in caplog.text


HEADER_INJECTIONS = {
    "a line in the subject": (TO, "s\r\nBcc: eve@example.org"),
    "a line in the recipient": (TO + "\r\nBcc: eve@example.org", "s"),
    "two recipients": (TO + ", eve@example.org", "s"),
    "a named recipient": ("Ann <ann@example.org>", "s"),
    "a command in the recipient": ("ann@example.org>\r\nRCPT TO:<eve@example.org", "s"),
    "no recipient": ("", "s"),
    "a NUL in the recipient": ("ann@example.org\x00", "s"),
    "other letters in the recipient": ("änn@example.org", "s"),
}


@pytest.mark.parametrize(("to", "subject"), HEADER_INJECTIONS.values(), ids=HEADER_INJECTIONS)
def test_nothing_that_is_put_in_makes_another_header_or_another_recipient(to: str, subject: str) -> None:
    with pytest.raises(ValueError):
        compose(FROM, to, subject, "text")


def test_whoever_asks_for_a_mail_is_not_told_that_it_could_not_be_sent(
    listening: SmtpListener, caplog: pytest.LogCaptureFixture
) -> None:
    refusing = SmtpListener(says={b"RCPT": b"550 ann@example.org has a secret\r\n"})
    refusing.start()
    mailer = mailer_for(refusing)
    mailer.send("no address", "s", "t")
    mailer.send(TO, "s", "t")
    mailer.close(20)
    assert "SMTPRecipientsRefused" in caplog.text and "secret" not in caplog.text and TO not in caplog.text


def test_more_mails_than_may_wait_are_dropped_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(mail, "STEP_S", 0.2)
    mailer = SmtpMailer(SmtpServer("127.0.0.1", silent.getsockname()[1], FROM, "none"), ssl.create_default_context())
    with caplog.at_level(logging.ERROR):
        for _ in range(mail.WAITING + 10):
            mailer.send(TO, "s", "t")
    assert "are waiting" in caplog.text
    silent.close()


def test_a_server_that_answers_a_byte_at_a_time_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SmtpListener(says={b"EHLO": b"250-"})
    slow.start()
    monkeypatch.setattr(mail, "TOTAL_S", 0.2)
    monkeypatch.setattr(mail, "STEP_S", 600.0)
    server = SmtpServer("127.0.0.1", slow.port, FROM, "none")
    with pytest.raises(OSError):
        mail.deliver(server, ssl.create_default_context(), compose(FROM, TO, "s", "t"))
    slow.join(20)
    assert not slow.is_alive()
