"""Takes secrets out of text that leaves the process: logs, error messages, what a provider wrote into an error."""

import base64
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

import msgspec

_SHORTEST_SECRET = 6
"""Shorter values would blank out ordinary words."""

# Key shapes, for secrets this process does not know (a client's typo, a provider that echoes another key).
# The prefix that says what it is stays; of the rest, nothing.
_PATTERNS = (
    re.compile(r"(?i)(\b(?:bearer|basic)(?:\s|%20|\\u0020|\+)+)([A-Za-z0-9._~+/=-]{8,})"),
    re.compile(r"(\b(?:sk|pk|ppt|inv|rk|gsk|xai|pplx|nvapi|hf|r8|ghp|glpat|tgp|fw|csk)[-_])([A-Za-z0-9_-]{16,})"),
    re.compile(r"(\bAIza)([A-Za-z0-9_-]{30,})"),
    re.compile(r"(\b(?:AKIA|ASIA))([A-Z0-9]{16})\b"),
    re.compile(r"(\beyJ)([A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)"),
    re.compile(r"(\b(?:postgres(?:ql)?|rediss?)(?:\+\w+)?://[^\s:/@]*:)([^\s@]+)(?=@)"),
    re.compile(
        r"""(?ix)((?:x-api-key|api-key|api_key|apikey|x-goog-api-key|password|secret|token)
        (?:\\*["'])?\s*[:=]\s*(?:\\*["'])?)([^\s"'\\,;&<>]{12,})"""
    ),
)


class Redactor:
    """Built from the secrets' actual values; a new one is built when they change.

    Each value is also found JSON-escaped, as often as may be, percent-encoded, and inside base64 at any of the three
    alignments.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        values = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        forms: dict[str, str] = {}
        for value in values:
            for form in _forms(value):
                forms.setdefault(form, mask(value))
        self._masks = forms
        longest_first = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(_escaped_or_not(form) for form in longest_first)) if forms else None

    def redact_text(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(self._mask, text)
        for pattern in _PATTERNS:
            text = pattern.sub(_keep_prefix, text)
        return text

    def _mask(self, match: re.Match[str]) -> str:
        return self._masks.get(match[0]) or self._masks.get(match[0].replace("\\", ""), "…")

    def redact_cut(self, text: str) -> str:
        """Of text that may have been cut anywhere: a secret that lost its end there is taken out too. For the few
        secrets of one call: the time grows with their number."""
        return self.redact_text(self._without_cut_secret(text))

    def _without_cut_secret(self, text: str) -> str:
        for form in sorted(self._masks, key=len, reverse=True):
            for kept in range(min(len(form) - 1, len(text)), _SHORTEST_SECRET - 1, -1):
                if text.endswith(form[:kept]):
                    return text[:-kept] + "…"
        return text


def mask(secret: str) -> str:
    """`…` and at most the last 4 characters; of secrets below 24 characters none."""
    return "…" + secret[-4:] if len(secret) >= 24 else "…"


def _keep_prefix(match: re.Match[str]) -> str:
    # What `mask` left of a known secret is masked already.
    return match[0] if "…" in match[2] else match[1] + "…"


def _forms(secret: str) -> set[str]:
    escaped = _json_escaped(secret)
    forms = {secret, escaped, escaped.replace("/", "\\/"), _json_escaped(escaped)}
    for percent in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        forms |= {percent, _PERCENT.sub(lambda match: match[0].lower(), percent)}
    for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
        forms |= {form for lead in range(3) if len(form := _inside_base64(secret.encode(), lead, encode)) >= 8}
    return forms


_PERCENT = re.compile("%[0-9A-F]{2}")


def _escaped_or_not(form: str) -> str:
    """JSON in JSON in JSON: before what may be escaped there is any number of backslashes."""
    return "".join(rf"\\*{re.escape(char)}" if char in _ESCAPED else re.escape(char) for char in form)


_ESCAPED = frozenset('/"\\')


def _json_escaped(text: str) -> str:
    return msgspec.json.encode(text)[1:-1].decode()


def _inside_base64(raw: bytes, lead: int, encode: Callable[[bytes], bytes]) -> str:
    """The characters that stand for `raw` alone, wherever it is: `lead` bytes of something else are before it."""
    first = -(-lead * 8 // 6)
    return encode(bytes(lead) + raw).decode()[first : (lead + len(raw)) * 8 // 6]
