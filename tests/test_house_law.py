"""The laws of the house: what every file of it keeps, whoever writes it."""

from __future__ import annotations

import ast
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
ROOMS = ("api", "benchmarks", "integrations", "model", "rules", "scheduler", "tests")
NOT_SERVED = ("benchmarks", "integrations", "tests")
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
OUTSIDE_THE_VALUES = {"time", "random", "uuid", "secrets", "os", "socket", "logging"}
PRETENDING = {"MagicMock", "Mock", "mocker", "NotImplementedError"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*rooms: str) -> list[Path]:
    """Return every Python file of some rooms, or of the whole house."""
    top = [] if rooms else sorted(HOME.glob("*.py"))
    return top + sorted(file for room in rooms or ROOMS for file in (HOME / room).rglob("*.py"))


def place(file: Path, what: str = "") -> str:
    """Return how to name a file, or something in it, to whoever broke a law."""
    return f"{file.relative_to(HOME)}: {what}" if what else str(file.relative_to(HOME))


@cache
def tree_of(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def functions_of(file: Path) -> Iterator[Function]:
    """Yield every function and method of a file, nested ones too."""
    return (node for node in ast.walk(tree_of(file)) if isinstance(node, Function))


def code_lines(function: Function, lines: list[str]) -> int:
    """Count the lines of a function that are code: no blank line, comment or docstring."""
    counted = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    said: range = range(0)
    if ast.get_docstring(function) is not None:
        said = range(function.body[0].lineno, (function.body[0].end_lineno or 0) + 1)
    texts = (lines[number - 1].strip() for number in counted if number not in said)
    return sum(bool(text) and not text.startswith("#") for text in texts)


def imports_of(file: Path) -> set[str]:
    """Return the top-level names of the modules that a file imports."""
    found = set()
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def pinned_in(name: str) -> set[str]:
    """Return the distributions that a requirements file pins because the code imports them."""
    text = (HOME / name).read_text(encoding="utf-8").split("# What those bring along.")[0]
    lines = (line.split("==")[0].split("[")[0] for line in text.splitlines() if "==" in line)
    return {plain(line.strip()) for line in lines}


def plain(distribution: str) -> str:
    """Return a distribution's name as package indexes compare it (PEP 503)."""
    return distribution.lower().replace("_", "-").replace(".", "-")


def test_imports_only_go_down_the_house() -> None:
    """Every contract of the house about imports is kept."""
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint], cwd=HOME, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_nothing_imports_the_app() -> None:
    """The parts meet in `app.py`, and no part knows of it."""
    assert [
        place(f) for f in files("api", "model", "rules", "scheduler") if "app" in imports_of(f)
    ] == []


def test_the_app_does_the_work_of_no_part() -> None:
    """`app.py` joins the parts: it speaks no SQL and knows no engine."""
    assert not imports_of(HOME / "app.py") & {"sqlalchemy", "alembic", "psycopg", "durable"}


def test_rules_are_values_in_and_values_out() -> None:
    """No rule depends on the clock, on chance or on the machine it runs on."""
    # The engine is told of a fork, where it must begin afresh; nothing else of the machine.
    allowed = {"rules/engine.py": {"os"}}
    found = {
        place(f): (imports_of(f) & OUTSIDE_THE_VALUES) - allowed.get(place(f), set())
        for f in files("rules")
    }
    assert {f: names for f, names in found.items() if names} == {}
    asks_the_time = [
        place(f, node.attr)
        for f in files("rules")
        for node in ast.walk(tree_of(f))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow")
    ]
    assert asks_the_time == []


def test_a_file_says_its_one_purpose_first() -> None:
    """Whoever opens a file is told at once what it is for."""
    silent = [place(f) for f in files() if tree_of(f).body and not ast.get_docstring(tree_of(f))]
    assert silent == []


def test_a_file_can_be_read_in_one_sitting() -> None:
    """No file has more than 300 lines."""
    sizes = {place(f): len(f.read_text(encoding="utf-8").splitlines()) for f in files()}
    assert {f: size for f, size in sizes.items() if size > LONGEST_FILE} == {}


def test_a_function_does_one_thing() -> None:
    """No function has more than 40 lines of code."""
    sizes = {
        place(f, function.name): code_lines(function, f.read_text(encoding="utf-8").splitlines())
        for f in files()
        for function in functions_of(f)
    }
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}


def test_a_name_says_what_the_thing_is() -> None:
    """No file, class or function is named for being useful, or for nothing."""
    empty = []
    for f in files():
        nodes = (n for n in ast.walk(tree_of(f)) if isinstance(n, ast.ClassDef | Function))
        names = [*f.relative_to(HOME).with_suffix("").parts, *(node.name for node in nodes)]
        words = {word for name in names for word in name.lower().split("_")}
        empty += [place(f, word) for word in sorted(words & NAMES_THAT_SAY_NOTHING)]
    assert empty == []


def test_every_function_says_what_it_takes_and_gives() -> None:
    """Every argument and every result has a type."""
    bare = []
    for f in files():
        for function in functions_of(f):
            given = function.args
            named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            typed = all(a.annotation or a.arg in ("self", "cls") for a in named)
            if not typed or function.returns is None:
                bare.append(place(f, function.name))
    assert bare == []


def test_every_test_states_its_claim() -> None:
    """Each test says in a sentence what it shows about the product."""
    silent = [
        place(f, function.name)
        for f in files("tests")
        for function in functions_of(f)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_nothing_is_left_for_later_or_pretended() -> None:
    """No file holds a note to come back to, and no test replaces what it tests."""
    found = []
    for f in files():
        with f.open("rb") as source:
            tokens = list(tokenize.tokenize(source.readline))
        notes = "".join(token.string for token in tokens if token.type == tokenize.COMMENT)
        found += [place(f, word) for word in ("TODO", "FIXME", "XXX") if word in notes]
        names = {token.string for token in tokens if token.type == tokenize.NAME}
        found += [place(f, name) for name in sorted(names & PRETENDING)]
    assert found == []


def test_what_is_imported_is_in_the_requirements() -> None:
    """A fresh installation has all that the code imports, each at a pinned version."""
    homes = packages_distributions()
    served = pinned_in("requirements.txt")
    tried = served | pinned_in("requirements-dev.txt")
    own = {"app", *ROOMS} | {f.stem for f in files("integrations")}
    loose = []
    for f in files():
        pinned = tried if f.relative_to(HOME).parts[0] in NOT_SERVED else served
        outside = sorted(imports_of(f) - sys.stdlib_module_names - own)
        loose += [place(f, n) for n in outside if pinned.isdisjoint(map(plain, homes.get(n, [])))]
    assert loose == []
