#!/usr/bin/env python3
"""Lints Dockerfile and compose.yaml and runs their steps on this machine, because there is no Docker engine here.

    scripts/check-container-files.py            the lint: seconds
    scripts/check-container-files.py --steps    also every RUN step, and the gateway as the compose file starts it

What it can not show: that the base images are what they are believed to be, and file ownership inside an image.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]


class Instruction(NamedTuple):
    name: str
    text: str
    stage: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", action="store_true")
    arguments = parser.parse_args()
    instructions = parse_dockerfile((ROOT / "Dockerfile").read_text())
    problems = [*lint_dockerfile(instructions), *lint_compose((ROOT / "compose.yaml").read_text(), instructions)]
    for problem in problems:
        print(f"container files: {problem}", file=sys.stderr)
    if problems:
        return 1
    print("Dockerfile and compose.yaml: lint passed")
    if arguments.steps:
        with tempfile.TemporaryDirectory(prefix="perpetuo-image-") as folder:
            exercise(instructions, Path(folder))
        print("Dockerfile and compose.yaml: steps passed")
    return 0


def parse_dockerfile(text: str) -> list[Instruction]:
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n?", "", text))
    instructions: list[Instruction] = []
    stage = -1
    for line in filter(None, (line.strip() for line in joined.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        instructions.append(Instruction(name, re.sub(r"\s+", " ", rest.strip()), stage))
    return instructions


def lint_dockerfile(instructions: list[Instruction]) -> list[str]:
    problems: list[str] = []
    last_stage = instructions[-1].stage
    final = [row for row in instructions if row.stage == last_stage]
    for row in instructions:
        if row.name == "FROM" and not re.match(r"\S+:\d[\w.]*-slim(-\w+)?( AS \w+)?$", row.text):
            problems.append(f"FROM {row.text}: want a pinned Debian slim tag")
        if row.name == "ADD":
            problems.append("ADD fetches and unpacks; use COPY")
        if row.name in {"ENV", "ARG"} and re.search(r"(?i)(secret|password|token|encryption_key)", row.text):
            problems.append(f"{row.name} carries a secret into the image")
        if row.name == "RUN" and "pip install" in row.text and not re.search("--require-hashes|--no-index", row.text):
            problems.append(f"RUN {row.text}: installs without hashes")
        if row.name == "COPY" and "--from" not in row.text:
            problems += [f"COPY {name}: not there" for name in row.text.split()[:-1] if not (ROOT / name).exists()]
    names = [row.name for row in final]
    problems += [f"{name} is missing" for name in ("USER", "HEALTHCHECK", "ENTRYPOINT", "EXPOSE") if name not in names]
    users = [row.text for row in final if row.name == "USER"]
    if not users or not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", users[-1]):
        problems.append("USER has to be a number other than 0: Kubernetes' runAsNonRoot reads it")
    for row in final:
        if row.name in {"ENTRYPOINT", "CMD"} and not row.text.startswith("["):
            problems.append(f"{row.name} goes through a shell, which does not pass signals on")
    return problems


def lint_compose(text: str, instructions: list[Instruction]) -> list[str]:
    document = yaml.safe_load(text)
    services = document["services"]
    problems: list[str] = []
    exposed = next(row.text for row in instructions if row.name == "EXPOSE")
    for name, service in services.items():
        image = service.get("image", "")
        if "build" not in service and (":" not in image or image.endswith(":latest")):
            problems.append(f"{name}: image {image} is not pinned")
        for variable, value in service.get("environment", {}).items():
            # None: taken from the environment, and not set where that has none.
            required = value is None or str(value).startswith("${" + variable + ":?")
            if re.search("SECRET|PASSWORD|KEY", variable) and not required:
                problems.append(f"{name}: {variable} has to come from the environment, without a default")
        for other, condition in service.get("depends_on", {}).items():
            if other not in services:
                problems.append(f"{name}: depends on {other}, which is not there")
            if condition["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                problems.append(f"{name}: waits for the health of {other}, which has no check")
        for volume in service.get("volumes", []):
            if volume.split(":")[0] not in document["volumes"]:
                problems.append(f"{name}: volume {volume} is not declared")
        for port in service.get("ports", []):
            if not port.endswith(f":{exposed}"):
                problems.append(f"{name}: publishes {port}, the image exposes {exposed}")
            if not port.startswith("127.0.0.1:"):
                problems.append(f"{name}: publishes {port} on every address of the machine")
    return problems


def exercise(instructions: list[Instruction], folder: Path) -> None:
    """The image's file system becomes `folder`: /opt and /data in the steps are read as folders in there."""
    folder.chmod(0o755)
    source = folder / "src"
    source.mkdir()
    for row in instructions:
        if row.name == "COPY" and "--from" not in row.text:
            copy_into(source, row.text.split())
        elif row.name == "RUN":
            step = re.sub(r"(?<![\w/])/(opt|data)\b", rf"{folder}/\1", row.text)
            step = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", step)
            print(f"RUN {row.text}", flush=True)
            subprocess.run(["/bin/sh", "-euc", step], cwd=source, check=True)
    run_as_compose_does(folder)


def copy_into(source: Path, words: list[str]) -> None:
    *names, target = words
    for name in names:
        place = source / target / (Path(name).name if (ROOT / name).is_file() else "")
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            # What .dockerignore leaves out and would count here.
            left_out = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, place, dirs_exist_ok=True, ignore=left_out)
        else:
            shutil.copy(ROOT / name, place)


def run_as_compose_does(folder: Path) -> None:
    """migrate, serve, health check, SIGTERM; with the embedded PostgreSQL in place of the postgres service."""
    from perpetuo.cli.secret_values import new_secret
    from perpetuo.db.embedded import EmbeddedPostgres

    database = EmbeddedPostgres(folder / "database", system_dir=folder / "system")
    environment = {
        "PATH": f"{folder}/opt/perpetuo/bin:/usr/bin:/bin",
        "DATABASE_URL": database.start(),
        "JWT_SECRET": new_secret(),
        "ENCRYPTION_KEY": new_secret(),
        "PERPETUO_HOST": "127.0.0.1",
        "PERPETUO_PORT": "13999",
        "PERPETUO_DATA_DIR": f"{folder}/data",
    }
    command = [f"{folder}/opt/perpetuo/bin/perpetuo"]
    try:
        refused = subprocess.run(
            [*command, "serve"], env={"PATH": environment["PATH"]}, cwd="/", capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1, refused
        assert refused.stderr.startswith("perpetuo: DATABASE_URL is not set"), refused.stderr
        subprocess.run([*command, "migrate"], env=environment, cwd="/", check=True)
        server = subprocess.Popen([*command, "serve"], env=environment, cwd="/")
        try:
            wait_for_health([*command, "doctor", "--live"], environment, server)
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(60)
        assert code == 0, f"serve ended with {code} after SIGTERM"
    finally:
        database.stop()


def wait_for_health(command: list[str], environment: dict[str, str], server: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        assert server.poll() is None, "serve ended early"
        if subprocess.run(command, env=environment, cwd="/", capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.5)
    raise AssertionError("the health check never passed")


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
