"""Who runs a new installation: `serve` takes them from its environment, or says how to make them. Never whoever comes
first to a public address."""

from perpetuo.cli.failures import Failure, explain_os_error
from perpetuo.cli.operator_records import Operator, add_user, operator_change
from perpetuo.cli.people import require_email
from perpetuo.cli.workers import report
from perpetuo.control.passwords import password_matches, why_not
from perpetuo.db.queries import users
from perpetuo.installation_secrets import encryption_keys
from perpetuo.settings import Settings

HOW = "PERPETUO_OPERATOR_EMAIL with PERPETUO_OPERATOR_PASSWORD (or _FILE), or `perpetuo admin create-user EMAIL`"


async def make_first_operator(settings: Settings, database_url: str) -> None:
    """Only while there is no operator. Raises Failure for an address or password that is none.

    Somebody who has that address already is made one if the password is theirs too: addresses are what people say
    they are. Their password is left as it is.
    """
    async with operator_change(database_url, encryption_keys(settings)) as operator:
        if await users.any_operator(operator.conn):
            return
        if settings.operator_email is None:
            report(f"this installation has no operator yet: name one with {HOW}.")
            return
        email = require_email(settings.operator_email)
        password = _password(settings, email)
        await users.lock_table(operator.conn)
        if await users.any_operator(operator.conn):
            return
        await _make(operator, email, password)
    report(f"{email} is the operator of this installation.")


async def _make(operator: Operator, email: str, password: str) -> None:
    known = await users.get_user_by_email(operator.conn, email)
    if known is None:
        await add_user(operator, email, is_operator=True, password=password)
        return
    if not password_matches(password, known["password_hash"]):
        raise Failure(f"There is a user {email} already, with another password than PERPETUO_OPERATOR_PASSWORD.")
    await users.update_user(operator.conn, known["id"], {"is_operator": True})
    operator.note("users.grant_operator", "user", known["id"])


def _password(settings: Settings, email: str) -> str:
    """Raises Failure, without repeating it."""
    if settings.operator_password is not None:
        password = settings.operator_password.get_secret_value()
    elif settings.operator_password_file is not None:
        try:
            lines = settings.operator_password_file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise explain_os_error(error) from None
        except UnicodeDecodeError:
            raise Failure("PERPETUO_OPERATOR_PASSWORD_FILE is not UTF-8 text.") from None
        password = lines[0] if lines else ""
    else:
        raise Failure("PERPETUO_OPERATOR_EMAIL is set without PERPETUO_OPERATOR_PASSWORD or _FILE.")
    complaint = why_not(password, email)
    if complaint is not None:
        raise Failure(f"PERPETUO_OPERATOR_PASSWORD: {complaint}")
    return password
