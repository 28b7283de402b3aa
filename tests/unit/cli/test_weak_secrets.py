"""Nothing starts with a secret that somebody could guess: `serve`, `up` and a worker by itself."""

import base64
import hashlib
import os
import sys
from pathlib import Path

import pytest

from perpetuo.cli import main as command
from perpetuo.cli import worker
from perpetuo.cli.secret_values import new_secret
from perpetuo.db.sealing import parse_secret

NAMES = ("JWT_SECRET", "ENCRYPTION_KEY", "ENCRYPTION_KEY_NEXT")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


WEAK = {
    "empty": "",
    "blank": "   ",
    "one letter": "x",
    "a default": "changeme",
    "a default, long enough": "change_me_change_me_change_me_change_me_change_me",
    "a placeholder": "your-256-bit-secret",
    "a placeholder of another gateway": "sk-1234",
    "a word": "password",
    "a word again and again": "supersecretsupersecretsupersecretsupersecret",
    "several words": "correcthorsebatterystaplecorrecthorsebatterystable",
    "several words in capitals": "CORRECTHORSEBATTERYSTAPLECORRECTHORSEBATTERYSTABLE",
    "a sentence as base64": b64(b"this is the very long key of our gateway, do not tell"),
    "digits": "31415926535897932384626433832795028841971693993751",
    "not base64": "!!!! %%%% !!!! %%%% !!!! %%%% !!!! %%%% !!!! %%%%",
    "16 random bytes": b64(bytes.fromhex("9f1c07d3aa5be4608e21f7c65d3b9042")),
    "31 random bytes": b64(hashlib.sha256(b"31").digest()[:31]),
    "zeros": b64(bytes(32)),
    "ones": b64(b"\xff" * 32),
    "counted up": b64(bytes(range(32))),
    "counted down": b64(bytes(range(255, 223, -1))),
    "one letter as base64": "A" * 44,
    "the hexadecimal digits": "0123456789abcdef" * 4,
    "dead beef": "deadbeef" * 8,
    "eight bytes four times": b64(hashlib.sha256(b"8").digest()[:8] * 4),
    "few different bytes": b64(bytes(number * number % 11 for number in range(48))),
    "the hash of nothing": hashlib.sha256(b"").hexdigest(),
    "the hash of a word": hashlib.sha256(b"secret").hexdigest(),
    "the hash of a word as base64": b64(hashlib.sha256(b"password").digest()),
    "the long hash of a word": hashlib.sha512(b"admin").hexdigest(),
    "the other secret": "",  # filled in below
}


def secrets(name: str, case: str) -> dict[str, str]:
    """All three, good ones but for this."""
    values = {each: new_secret() for each in NAMES}
    other = values["ENCRYPTION_KEY" if name != "ENCRYPTION_KEY" else "JWT_SECRET"]
    return values | {name: other if case == "the other secret" else WEAK[case]}


def test_there_are_enough_cases():
    assert len(WEAK) >= 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", WEAK)
def test_serve_up_and_a_worker_do_not_start_and_do_not_repeat_it(
    case: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    for variable in os.environ:
        if variable.startswith("PERPETUO_"):
            monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    values = secrets(name, case)
    for variable, value in values.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    monkeypatch.setenv("PERPETUO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PERPETUO_PORT", "0")
    for program, arguments, code in (
        (command.main, ["serve"], 1),
        (command.main, ["up", "--no-local"], 1),
        (lambda: sys.exit(worker.main()), ["--fd", "0", "--parent", "0", "--lifeline", "0"], 2),
    ):
        monkeypatch.setattr(sys, "argv", ["perpetuo", *arguments])
        with pytest.raises(SystemExit) as ended:
            program()
        said = capsys.readouterr()
        assert ended.value.code == code
        assert name.removesuffix("_NEXT") in said.err
        assert "127.0.0.1" not in said.err, "refused before the database was asked"
        for value in values.values():
            assert len(value.strip()) < 2 or value.strip() not in said.err + said.out


def test_a_good_secret_in_any_of_its_forms_is_taken():
    for number in range(200):
        data = hashlib.sha256(f"good {number}".encode()).digest()
        for text in (b64(data), base64.urlsafe_b64encode(data).decode().rstrip("="), data.hex(), data.hex().upper()):
            assert len(parse_secret("KEY", text)) >= 32
