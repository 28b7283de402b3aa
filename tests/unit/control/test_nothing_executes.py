"""Nothing in the control plane or the data plane evaluates text, renders templates, loads plug-ins, starts programs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import perpetuo

PACKAGE = Path(perpetuo.__file__).parent
SCANNED = ("control", "gateway", "core", "providers", "http", "events", "ledger", "observability", "cache")

CALLS = {
    "eval", "exec", "compile", "__import__", "breakpoint", "input", "globals", "locals",
    "os.system", "os.popen", "os.execv", "os.execve", "os.execvp", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawnv", "os.startfile", "pty.spawn",
    "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
    "yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all",
    "types.FunctionType", "types.CodeType",
}  # fmt: skip
MODULES = {
    "subprocess", "multiprocessing", "pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve",
    "marshal", "jinja2", "mako", "chevron", "pystache", "tornado", "code", "codeop", "runpy", "imp", "importlib",
    "pkgutil", "zipimport", "pkg_resources", "pluggy", "stevedore", "ctypes", "cffi", "jsonpickle", "ptyprocess",
    "pexpect", "sh", "invoke", "fabric", "paramiko", "telnetlib", "xmlrpc", "string.Template",
}  # fmt: skip
# Read by somebody: file -> what it may import all the same, and why.
ALLOWED = {
    "gateway/body_helper.py": {"subprocess"},  # its own module, by a command in which nothing is told from outside
    "providers/catalog/prices.py": {"importlib.metadata", "importlib.metadata.version"},  # of the price data
}
ATTRIBUTES = {"__globals__", "__subclasses__", "__builtins__", "__code__", "__import__", "__mro__"}


def sources() -> Iterator[Path]:
    for folder in SCANNED:
        yield from sorted((PACKAGE / folder).rglob("*.py"))


def what_it_executes(path: str, source: str) -> list[str]:
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _dotted(node.func) in CALLS:
            found.append(f"{_dotted(node.func)}(), line {node.lineno}")
        if isinstance(node, ast.Import):
            found += [_imported(alias.name, node.lineno) for alias in node.names if _is_forbidden(path, alias.name)]
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found += [_imported(name, node.lineno) for name in names if _is_forbidden(path, name)]
        if isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
            found.append(f".{node.attr}, line {node.lineno}")
    return found


def _is_forbidden(path: str, module: str) -> bool:
    if module in ALLOWED.get(path, ()):
        return False
    return module in MODULES or module.partition(".")[0] in MODULES


def _imported(module: str, line: int) -> str:
    return f"import of {module}, line {line}"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_nothing_executes_what_it_is_given() -> None:
    found = {
        str(path.relative_to(PACKAGE)): executes
        for path in sources()
        if (executes := what_it_executes(path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")))
    }
    assert found == {}


PLANTED = {
    "eval": "eval(body)",
    "exec": "exec(body)",
    "compile": "code = compile(body, 'x', 'exec')",
    "a shell": "import os\nos.system(command)",
    "a program": "import subprocess\nsubprocess.run(command)",
    "a program, awaited": "import asyncio\nasyncio.create_subprocess_exec(command)",
    "pickle": "import pickle",
    "pickle by another name": "from pickle import loads as decode",
    "yaml that makes objects": "import yaml\nyaml.load(body, yaml.Loader)",
    "a template": "from jinja2 import Template",
    "a plug-in": "import importlib\nimportlib.import_module(name)",
    "a plug-in, from": "from importlib import import_module",
    "a plug-in, by entry point": "from importlib.metadata import entry_points",
    "a foreign library": "import ctypes",
    "out of the box": "().__class__.__mro__[1].__subclasses__()",
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED)
def test_the_scan_finds(source: str) -> None:
    assert what_it_executes("control/planted.py", source)
