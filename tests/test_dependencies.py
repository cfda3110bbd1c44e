"""pyproject.toml asks for what the code imports and for nothing else; the lock file has it all."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = {"densevsconv", "numpynet", "tests", "benchmarks"}
NOT_IMPORTED = {"snakemake"}  # it runs the stages


def names(requirements: list[str]) -> set[str]:
    """Return the names of distributions, versions left out."""
    return {re.split(r"[^\w.-]", text)[0].lower() for text in requirements}


def imported(*folders: str) -> dict[str, set[str]]:
    """Return the modules that the code below some folders imports, and who may bring each."""
    modules: set[str] = set()
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(str(node.module).partition(".")[0])
    found = packages_distributions()
    return {
        module: {re.sub(r"[-_.]+", "-", name).lower() for name in found.get(module, [module])}
        for module in modules - sys.stdlib_module_names - OURS
    }


REQUIRED = names(PROJECT["project"]["dependencies"])
TOOLS = names(PROJECT["dependency-groups"]["dev"])
PEERS = names(PROJECT["dependency-groups"]["peers"])


def test_the_package_asks_for_what_it_imports() -> None:
    brought = imported("src")
    assert [module for module, names in brought.items() if not names & REQUIRED] == []
    assert REQUIRED - NOT_IMPORTED - set().union(*brought.values()) == set()


def test_the_tests_import_what_is_asked_for() -> None:
    brought = imported("tests", "benchmarks")
    assert [
        module for module, names in brought.items() if not names & (REQUIRED | TOOLS | PEERS)
    ] == []


def test_the_lock_file_has_all_of_it() -> None:
    lock = (ROOT / "requirements" / "lock.txt").read_text(encoding="utf-8")
    assert set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)) >= REQUIRED | TOOLS
