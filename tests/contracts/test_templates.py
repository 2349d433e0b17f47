"""Templates and the stylesheet fit each other: nothing imported, defined or styled that nobody uses."""

import re
from collections.abc import Iterable, Mapping

from tests.contracts.house import ROOT, files

CLASSES = re.compile(r'class_?="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"', re.DOTALL)
IMPORTS = re.compile(r'\{%-? from "([^"]+)" import (.+?) -?%\}', re.DOTALL)
MACRO = re.compile(r"\{%-? macro (\w+)\(")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
FORM = re.compile(r"<form\b([^>]*(?:\{\{.*?\}\}[^>]*)*)>(.*?)</form>", re.DOTALL)
STATE = re.compile(r"(?<![\w-])is-[a-z]+")  # also outside class="…": a macro may give it
GENERATED = re.compile(r"[wnt]\d+")  # positions on the timeline
MADE = "\0"  # stands where a part of a class is only known when the page is made


def code_of(template: str) -> str:
    """A template without its comments."""
    return COMMENT.sub("", template)


def styled(css: str) -> set[str]:
    """The classes that a stylesheet has rules for."""
    selectors = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    found = {name for selector in selectors for name in re.findall(r"\.([a-z][\w-]*)", selector)}
    return {name for name in found if not GENERATED.fullmatch(name)}


def named(texts: Iterable[str]) -> set[str]:
    """The classes that templates and views name; those put together on the page hold ``MADE``."""
    tokens: set[str] = set()
    for text in texts:
        for value in CLASSES.findall(text):
            made = re.sub(r"\{\{.*?\}\}", MADE, value, flags=re.DOTALL)
            tokens.update(re.sub(r"\{%.*?%\}", " ", made, flags=re.DOTALL).split())
        tokens.update(STATE.findall(text))
    return tokens


def without_rule(css: str, texts: Iterable[str]) -> set[str]:
    """Classes of templates that no rule of the stylesheet knows."""
    known = styled(css)
    return {name for name in named(texts) if not (MADE in name or name in known or GENERATED.fullmatch(name))}


def without_use(css: str, texts: Iterable[str]) -> set[str]:
    """Classes of the stylesheet that no page can have: not named, nor made of a beginning and a quoted word."""
    sources = list(texts)
    tokens = named(sources)
    beginnings = {token.partition(MADE)[0] for token in tokens if MADE in token}
    quoted = set(re.findall(r'"([a-z][\w-]*)"', "\n".join(sources)))
    made = {beginning + word for beginning in beginnings for word in quoted}
    return {name for name in styled(css) if name not in tokens and name not in made}


def imports_of(template: str) -> list[tuple[str, str, str]]:
    """What a template imports: (from where, the macro's name there, its name here)."""
    found = []
    for source, names in IMPORTS.findall(template):
        for name in re.sub(r"\s+with(out)? context$", "", names).split(","):
            there, _, here = name.strip().partition(" as ")
            found.append((source, there, here or there))
    return found


def unused_imports(template: str) -> list[str]:
    """Macros that a template imports and never calls."""
    rest = IMPORTS.sub("", template)
    return [here for _, _, here in imports_of(template) if not re.search(rf"\b{here}\(", rest)]


def unused_macros(templates: Mapping[str, str]) -> list[str]:
    """Macros that neither their own template calls nor another one imports."""
    imported = {(source, there) for text in templates.values() for source, there, _ in imports_of(text)}
    return [
        f"{path}: {name}"
        for path, text in templates.items()
        for name in MACRO.findall(text)
        if not any((source, there) == (path, name) for source, there in imported)
        and not re.search(rf"(?<!macro )\b{name}\(", text)
    ]


def templates() -> dict[str, str]:
    """Every template by the name that others import it with."""
    return {path.as_posix().rpartition("/templates/")[2]: code_of(path.read_text("utf-8")) for path in files(".html")}


def sources() -> list[str]:
    """Whatever may give a class to an element: templates, views, the script."""
    python = files(".py", under=("app", "cohorts", "modules", "projects", "certificates"))
    return [*templates().values(), *(path.read_text("utf-8") for path in python)]


def stylesheet() -> str:
    """The one stylesheet."""
    return (ROOT / "app" / "static" / "app.css").read_text("utf-8")


def test_every_class_has_a_rule() -> None:
    script = (ROOT / "app" / "static" / "app.js").read_text("utf-8")

    assert {name for name in without_rule(stylesheet(), sources()) if f".{name}" not in script} == set()


def test_every_rule_has_a_use() -> None:
    script = (ROOT / "app" / "static" / "app.js").read_text("utf-8")
    added_by_script = set(re.findall(r"classList\.add\('([\w-]+)'\)", script))

    assert without_use(stylesheet(), sources()) - added_by_script == set()


def without_token(text: str) -> list[str]:
    """The forms that write and have no token of their own: a press on them would always be refused."""
    forms = FORM.findall(code_of(text))
    return [
        head
        for head, body in forms
        if 'method="post"' in head and not re.search(r"csrf\(|csrf_token|token_field\(", body)
    ]


def test_every_form_that_writes_has_a_token() -> None:
    assert {path: found for path, text in templates().items() if (found := without_token(text))} == {}


def test_every_import_is_used() -> None:
    assert {path: left for path, text in templates().items() if (left := unused_imports(text))} == {}


def test_every_macro_is_used() -> None:
    assert unused_macros(templates()) == []


def test_the_contract_sees_a_violation() -> None:
    css = ".card, .is-ok { } .lost { } .w12 { --w: 12 }"
    page = '{% from "ui.html" import tag, icon as sign %}<p class="card{% if a %} odd{% endif %} is-{{ tag("ok") }}">'

    assert without_rule(css, [page]) == {"odd"}
    assert without_use(css, [page]) == {"lost"}
    assert unused_imports(page) == ["sign"]
    assert without_token('<form method="post">{{ csrf() }}</form><form action="x" method="post"></form>') == [
        ' action="x" method="post"'
    ]
    assert unused_macros({"ui.html": "{% macro tag(x) %}{% endmacro %}{% macro old() %}{% endmacro %}", "p": page}) == [
        "ui.html: old"
    ]
