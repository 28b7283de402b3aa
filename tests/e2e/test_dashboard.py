"""The dashboard in Chromium against a real gateway: each file of dashboard/e2e is one test here.

    nice .venv/bin/python -m pytest tests/e2e/test_dashboard.py -k api-keys

One gateway, one browser and one vitest for all that is selected. What a failed test saw last is in build/e2e/.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "dashboard"
FILES = sorted(path.name.removesuffix(".e2e.ts") for path in (DASHBOARD / "e2e").glob("*.e2e.ts"))
STARTED_WITHIN_S = 120.0
BROWSED_WITHIN_S = 900.0


@pytest.mark.parametrize("file", FILES)
def test_in_a_browser(file: str, report: dict[str, dict[str, Any]]) -> None:
    assert file in report, f"vitest did not run {file}: {sorted(report)}"
    result = report[file]
    broken = [test for test in result["assertionResults"] if test["status"] == "failed"]
    told = [f"{test['fullName']}\n" + "\n".join(test["failureMessages"]) for test in broken]
    assert result["status"] == "passed", "\n\n".join(told) or result["message"]
    assert any(test["status"] == "passed" for test in result["assertionResults"]), f"{file} has no test"


@pytest.fixture(scope="module")
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """vitest's own, by file."""
    # Of a function: a test of another module has no `file`.
    chosen = {item.callspec.params["file"] for item in request.session.items if item.path == request.path}  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("dashboard")
    with running_backend(folder / "backend.json") as backend:
        written = run_vitest(sorted(f"e2e/{name}.e2e.ts" for name in chosen), backend, folder / "report.json")
    return {Path(result["name"]).name.removesuffix(".e2e.ts"): result for result in written["testResults"]}


@contextlib.contextmanager
def running_backend(file: Path, *arguments: str) -> Iterator[Path]:
    """The file that tells where it is."""
    command = [sys.executable, str(Path(__file__).with_name("dashboard_backend.py")), "--write", str(file), *arguments]
    log = file.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(file, process, log)
        yield file
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()


def wait_for(file: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until_s = time.monotonic() + STARTED_WITHIN_S
    while not file.exists():
        assert process.poll() is None and time.monotonic() < until_s, log.read_text()
        time.sleep(0.1)


def run_vitest(files: list[str], backend: Path, report: Path, **variables: str) -> dict[str, Any]:
    """Its report; its output is attached to the test that asked first."""
    vitest = DASHBOARD / "node_modules/.bin/vitest"
    assert vitest.exists(), "the dashboard's packages are missing: run make"
    command = [str(vitest), "run", "--project", "e2e", *files]
    command += ["--reporter=verbose", "--reporter=json", f"--outputFile.json={report}"]
    environment = {**os.environ, "PERPETUO_E2E": str(backend), "NO_COLOR": "1", **variables}
    # A session of its own: the browser ends with it, whatever happens.
    with subprocess.Popen(
        command, cwd=DASHBOARD, env=environment, stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=BROWSED_WITHIN_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    print(output)
    assert report.exists(), output
    return json.loads(report.read_text())
