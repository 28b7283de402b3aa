"""Runs a client of tests/compat as a program of its own: a job on stdin, one JSON object on stdout."""

import asyncio
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
JS = HERE / "js"
PYTHON_CLIENTS = HERE / "clients"
CLIENTS_VENV = HERE.parents[1] / "build" / "clients-venv"

# Nobody is told about the tests, and nothing is fetched: prices, tokenisers, updates.
QUIET = {
    "DO_NOT_TRACK": "1",
    "AI_SDK_LOG_WARNINGS": "false",
    "ANONYMIZED_TELEMETRY": "false",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LOGFIRE_SEND_TO_LOGFIRE": "false",
    "OTEL_SDK_DISABLED": "true",
    "PYTHONUTF8": "1",
}


async def run_node(script: str, *arguments: str, job: Mapping[str, Any]) -> dict[str, Any]:
    node = shutil.which("node")
    assert node is not None, "these tests need Node >= 20 on PATH"
    assert (JS / "node_modules" / "openai").is_dir(), "the npm clients are not installed: run `make compat-js`"
    return await _run([node, "--import", "./loopback_only.mjs", script, *arguments], JS, job)


async def run_python(script: str, *, job: Mapping[str, Any]) -> dict[str, Any]:
    python = CLIENTS_VENV / "bin" / "python"
    assert python.exists(), "the Python clients are not installed: run `make compat-py`"
    return await _run([str(python), script], PYTHON_CLIENTS, job)


async def _run(command: Sequence[str], directory: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **QUIET},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(120):
            out, complaints = await process.communicate(json.dumps(job).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, complaints.decode()
    return json.loads(out)
