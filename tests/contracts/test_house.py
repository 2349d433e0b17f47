"""The project keeps the rules of the house, and each rule sees a violation."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contracts import house

THIS = Path(__file__).resolve()
Rule = Callable[[str], Iterator[str]]


def check(rule: Rule, paths: list[Path]) -> None:
    """Fail with every place where the rule is broken."""
    places = [
        f"{path.relative_to(house.ROOT)}:{place}"
        for path in paths
        if path != THIS
        for place in rule(path.read_text(encoding="utf-8"))
    ]
    assert not places, "\n".join(places)


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in house.files(".py", ".html")}

    # Migrations are written by alembic and never edited again.
    assert [path for path, n in lengths.items() if n > house.FILE_LINES and path.parent.name != "versions"] == []


def test_functions_and_classes_are_short() -> None:
    check(house.long_pieces, house.files(".py", under=house.APPLICATION))


def test_templates_are_short() -> None:
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in house.files(".html"))

    assert lengths[len(lengths) * 9 // 10] <= house.TEMPLATE_LINES_P90


def test_every_silenced_warning_says_which_and_why() -> None:
    check(house.silenced, house.files(".py"))


@pytest.mark.parametrize("package", house.APPLICATION)
def test_a_package_starts_with_a_docstring_only(package: str) -> None:
    check(house.more_than_a_docstring, [house.ROOT / package / "__init__.py"])


def test_templates_keep_to_the_content_security_policy() -> None:
    check(house.unsafe_markup, house.files(".html"))


def test_nothing_is_vendored() -> None:
    assert [path for path in house.files() if house.vendored(path.relative_to(house.ROOT).as_posix())] == []


def test_no_machine_is_named() -> None:
    texts = [path for path in house.files() if path.suffix not in {".png", ".pdf", ".xlsx", ".mo", ".zip", ".pyc"}]

    check(house.machine_paths, texts)


@pytest.mark.parametrize(
    ("rule", "violation"),
    [
        (house.long_pieces, "def f():\n" + "    x = 1\n" * 50),
        (house.long_pieces, "class C:\n" + "    x = 1\n" * 150),
        (house.silenced, "x = 1  # noqa"),
        (house.silenced, "x = 1  # noqa: S101"),
        (house.silenced, "# ruff: noqa"),
        (house.silenced, "x = 1  # type: ignore"),
        (house.silenced, "x = 1  # type: ignore[misc]"),
        (house.more_than_a_docstring, "import os"),
        (house.more_than_a_docstring, '"""Words."""\nimport os'),
        (house.unsafe_markup, '<p style="color: red">'),
        (house.unsafe_markup, "<style>p {}</style>"),
        (house.unsafe_markup, "<script>alert(1)</script>"),
        (house.unsafe_markup, '<a\n  href="#" onclick="go()">'),
        (house.unsafe_markup, '<a href="javascript:go()">'),
        (house.unsafe_markup, '<img src="//cdn.example.com/x.png">'),
        (house.unsafe_markup, '<link href="https://fonts.example.com/css">'),
        (house.unsafe_markup, "{{ name|safe }}"),
        (house.machine_paths, "cd /home/somebody"),
        (house.machine_paths, "--index-url https://pypi.org/simple"),
    ],
)
def test_a_rule_sees_a_violation(rule: Rule, violation: str) -> None:
    assert list(rule(violation))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (house.silenced, "x = 1  # noqa: S101 - the migration tool guarantees it"),
        (house.silenced, "x = 1  # noqa: S101, ANN401 (figures go to the terminal)"),
        (house.silenced, "x = 1  # type: ignore[misc]  # the package has no types"),
        (house.more_than_a_docstring, '"""Words."""'),
        (house.unsafe_markup, '<script src="{{ static_url("app.js") }}" type="module"></script>'),
        (house.unsafe_markup, '<svg xmlns="http://www.w3.org/2000/svg">'),
        (house.unsafe_markup, '<a href="/verify/">{{ name }}</a>'),
    ],
)
def test_a_rule_passes_what_is_right(rule: Rule, text: str) -> None:
    assert list(rule(text)) == []


@pytest.mark.parametrize("path", ["app/static/x.woff2", "app/static/htmx.js", "x/y.min.js", "fonts/a.ttf"])
def test_vendored_files_are_seen(path: str) -> None:
    assert house.vendored(path)
