"""What `up` says when it is ready: lines that work when pasted."""

import shlex
import shutil
from pathlib import Path

from perpetuo.cli.data_dir import FirstRun

EXAMPLE_MODEL = "gpt-4"


def ready_text(
    *,
    base_url: str,
    data_dir: Path,
    first_run_file: Path,
    known: FirstRun | None,
    is_first: bool,
    workspace_name: str,
    adopted: tuple[str, ...],
    providers: tuple[str, ...],
    no_demo_because: str | None,
    sign_in_link: str | None = None,
    command: str = "perpetuo",
) -> str:
    """known: None when the notes of the first run are gone. command: how this program is called from where it was."""
    origin = base_url.removesuffix("/v1")
    lines = ["", f"Perpetuo is ready at {origin}", "", *_way_in(origin, sign_in_link)]
    lines.append(f"  data        {data_dir}" + ("" if is_first else "  (found: secrets, database, workspace)"))
    lines.append(f"  workspace   {workspace_name}")
    lines.append(f"  providers   {', '.join(providers) or f'none yet: {command} admin provider add --help'}")
    if adopted:
        lines.append(f"              taken over from the environment just now: {', '.join(adopted)}")
    if no_demo_because is not None:
        lines.append(f"  demo model  not started: {no_demo_because}")
    if is_first and known is not None:
        lines += [f"  API key     {known.api_key}", f"  sign-in     {known.email}  {known.password}"]
        lines += [f"              shown this once; kept in {first_run_file}", _reference(origin)]
        lines += ["", "Paste into a shell:", *shell_lines(base_url, known.api_key)]
        lines += ["", "Or in Python (pip install openai):", *PYTHON_LINES]
    elif known is not None:
        lines.append(f"  API key     the first run's, in {first_run_file} (a key is shown once only)")
        lines.append(_reference(origin))
        key = f'"$(sed -n \'s/.*"api_key": "\\(.*\\)".*/\\1/p\' "{first_run_file}")"'
        lines += ["", "Paste into a shell:", *shell_lines(base_url, key)]
    else:
        lines += [f"  API key     make a new one: {command} admin key create --name NAME", _reference(origin)]
    lines += ["", f"Decisions as they are taken: {command} logs --tail        Stop: Ctrl-C", ""]
    return "\n".join(lines)


def called_as(argv0: str) -> str:
    """A clone's command is not on PATH: what is to be typed is what it was started as."""
    on_path = shutil.which("perpetuo")
    if Path(argv0).name != "perpetuo" or (on_path is not None and Path(on_path).samefile(argv0)):
        return "perpetuo"
    return shlex.quote(argv0)


def _way_in(origin: str, sign_in_link: str | None) -> list[str]:
    """First, because it is what a person does next."""
    if sign_in_link is None:
        return [f"  dashboard   {origin}/app/"]
    return [f"  open        {sign_in_link}", "              (the dashboard, signed in: works once, for 15 minutes)"]


def _reference(origin: str) -> str:
    return f"  reference   {origin}/docs  (every request of the control plane; POST /auth/login signs in)"


def shell_lines(base_url: str, key: str) -> list[str]:
    body = f'{{"model": "{EXAMPLE_MODEL}", "messages": [{{"role": "user", "content": "Say hello."}}]}}'
    return [
        f"export OPENAI_BASE_URL={base_url} OPENAI_API_KEY={key}",
        'curl -s "$OPENAI_BASE_URL/chat/completions" -H "Authorization: Bearer $OPENAI_API_KEY" '
        f"-H 'Content-Type: application/json' -d '{body}'",
    ]


# Without indentation: Python would refuse what is pasted with it.
PYTHON_LINES = [
    "from openai import OpenAI",
    "client = OpenAI()  # reads the two variables above",
    f'answer = client.chat.completions.create(model="{EXAMPLE_MODEL}", '
    'messages=[{"role": "user", "content": "Say hello."}])',
    "print(answer.choices[0].message.content)",
]
