"""The rules of the house that no linter knows: each takes a text and gives the places where it is broken."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ("app", "cohorts", "modules", "projects", "certificates", "demo")
ELSEWHERE = {"__pycache__", "var", "test-results", "node_modules"}

FILE_LINES = 400
FUNCTION_LINES = 50
CLASS_LINES = 150
TEMPLATE_LINES_P90 = 100

_NOQA = re.compile(r"#\s*(?:ruff:\s*|flake8:\s*)?noqa\b(?P<rest>.*)", re.IGNORECASE)
_CODES_AND_REASON = re.compile(r":\s*[A-Z]+\d+(?:,?\s*[A-Z]+\d+)*\s*[-–(:#]*\s*[A-Za-z]\S*\s+\S+")
_IGNORE = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
_CODE_AND_REASON = re.compile(r"\[[a-z, -]+\]\s*[-–#]+\s*[A-Za-z]\S*\s+\S+")
_IN_TEMPLATES = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script of its own": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an address that runs": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"(?<!xmlns=[\"'])(?<!:)(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE),
    "a value printed unescaped": re.compile(r"\|\s*safe\b|autoescape\s+false"),
}
_VENDORED = re.compile(
    r"\.(?:ttf|otf|woff2?|eot|map)$|\.min\.(?:js|css)$|(?:^|/)(?:jquery|bootstrap|htmx)[^/]*\.(?:js|css)$"
)
_MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home|Users)/\w|\bfiles\.pythonhosted\b|\bpypi\.org/simple|file:/{3}|/opt/\w"
)


def files(*suffixes: str, under: tuple[str, ...] = (".",)) -> list[Path]:
    """The project's files with one of these suffixes, or all of them; nothing that was made or installed."""
    found = []
    for start in under:
        for path in (ROOT / start).rglob("*"):
            parts = path.relative_to(ROOT).parts
            made = any(part in ELSEWHERE or (part.startswith(".") and part != ".ci") for part in parts[:-1])
            if path.is_file() and not made and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return sorted(set(found))


def long_pieces(text: str) -> Iterator[str]:
    """Functions and classes that are too long to be read at once."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            ceiling = FUNCTION_LINES
        elif isinstance(node, ast.ClassDef):
            ceiling = CLASS_LINES
        else:
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > ceiling:
            yield f"{node.lineno}: {node.name} has {lines} lines, more than {ceiling}"


def silenced(text: str) -> Iterator[str]:
    """Warnings switched off without naming which and why."""
    for number, line in enumerate(text.splitlines(), start=1):
        noqa, ignore = _NOQA.search(line), _IGNORE.search(line)
        if noqa and not _CODES_AND_REASON.match(noqa["rest"]):
            yield f"{number}: noqa without a code and a reason"
        if ignore and not _CODE_AND_REASON.match(ignore["rest"]):
            yield f"{number}: type: ignore without a code and a reason"


def more_than_a_docstring(text: str) -> Iterator[str]:
    """Statements beside the docstring."""
    tree = ast.parse(text)
    if ast.get_docstring(tree) is None:
        yield "1: no docstring"
    for node in tree.body[1:]:
        yield f"{node.lineno}: a statement beside the docstring"


def unsafe_markup(text: str) -> Iterator[str]:
    """What the content security policy forbids, and what would print a person's text as markup."""
    for what, pattern in _IN_TEMPLATES.items():
        for match in pattern.finditer(text):
            yield f"{text.count(chr(10), 0, match.start()) + 1}: {what}"


def vendored(path: str) -> bool:
    """Whether a file is somebody else's work that belongs into a package."""
    return bool(_VENDORED.search(path))


def machine_paths(text: str) -> Iterator[str]:
    """Paths of somebody's machine and addresses of registries."""
    for match in _MACHINE.finditer(text):
        yield f"{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
