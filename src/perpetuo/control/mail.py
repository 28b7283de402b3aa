"""E-mail to people, through the operator's SMTP server: handed over at once, sent soon, by a thread of its own.

A mail that can not be sent is logged and lost; whoever asked for it is not told, so that nobody learns from a reply who
has an account. Hand a mail over after the transaction has committed, never inside.
"""

import contextlib
import logging
import queue
import smtplib
import socket
import ssl
import threading
from email.errors import MessageError
from email.message import EmailMessage
from typing import Literal, Protocol

import msgspec

from perpetuo.control.email_address import is_email_address

log = logging.getLogger(__name__)

SmtpSecurity = Literal["starttls", "tls", "none"]

WAITING = 100
"""Mails that wait for the server; more are dropped, and logged."""
STEP_S = 10.0
"""Connecting, and each answer of the server."""
TOTAL_S = 30.0
"""One mail, with everything the server makes us wait for."""


class Mailer(Protocol):
    def send(self, to: str, subject: str, text: str) -> None:
        """Returns at once and raises nothing. subject: one line; text: plain."""
        ...


class SmtpServer(msgspec.Struct, frozen=True):
    """sender: `Name <address>` or an address. security: `starttls` and `tls` demand a valid certificate."""

    host: str
    port: int
    sender: str
    security: SmtpSecurity = "starttls"
    user: str = ""
    password: str = ""


class SmtpMailer:
    """ssl_context: checks the server's certificate and name."""

    def __init__(self, server: SmtpServer, ssl_context: ssl.SSLContext) -> None:
        self._server = server
        self._ssl_context = ssl_context
        self._waiting: queue.Queue[EmailMessage | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None

    def send(self, to: str, subject: str, text: str) -> None:
        try:
            self._waiting.put_nowait(compose(self._server.sender, to, subject, text))
        except (ValueError, MessageError) as error:
            log.error("a mail was not sent, it can not be written: %s", type(error).__name__)
            return
        except queue.Full:
            log.error("a mail was not sent: %d are waiting for the SMTP server", WAITING)
            return
        if self._thread is None:
            # A daemon: a mail under way does not hold up the end of the process.
            self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
            self._thread.start()

    def close(self, wait_s: float) -> None:
        """Gives what is waiting so much time to be sent. Blocks."""
        if self._thread is not None:
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(None)
            self._thread.join(wait_s)

    def _run(self) -> None:
        while (message := self._waiting.get()) is not None:
            try:
                deliver(self._server, self._ssl_context, message)
            except Exception as error:  # noqa: BLE001 - one mail is lost, the next one is tried
                # An SMTP server's answer may repeat the address, or what was sent: only its kind is told.
                log.error("a mail was not sent: %s%s", type(error).__name__, _smtp_code(error))


def compose(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Raises ValueError for what would make another header or another recipient of it."""
    if not is_email_address(to):
        raise ValueError("not one bare e-mail address")
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: no vacation notices in reply
    message.set_content(text)
    return message


def deliver(server: SmtpServer, ssl_context: ssl.SSLContext, message: EmailMessage) -> None:
    """Raises OSError (of which smtplib.SMTPException is one). Blocks, TOTAL_S at most, and STEP_S to connect."""
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=STEP_S, context=ssl_context)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=STEP_S)
    hang_up = threading.Timer(TOTAL_S, _shut, [client])
    hang_up.daemon = True
    hang_up.start()
    try:
        with client:
            if server.security == "starttls":
                client.starttls(context=ssl_context)
            if server.user:
                client.login(server.user, server.password)
            client.send_message(message)
    finally:
        hang_up.cancel()


def _shut(client: smtplib.SMTP) -> None:
    """A server that answers a byte at a time keeps within every timeout of a socket."""
    sock = client.sock
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _smtp_code(error: Exception) -> str:
    return f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
