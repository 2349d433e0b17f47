"""Reading a programme file: YAML text to a checked document, or every problem with its line. No database."""

import re
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.kernel.errors import FileRefusedError
from app.kernel.words import Message
from cohorts.schema import ProgrammeDocument

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_NODES = 20_000
MAX_PROBLEMS = 20

Path = tuple[str | int, ...]

_KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


# What pydantic calls tuples, models and fields is lists and keys to somebody who writes YAML.
_WORDS = {
    "missing": "this key is missing",
    "extra_forbidden": "there is no such key",
    "tuple_type": "this must be a list",
    "model_type": "this must have keys of its own",
    "model_attributes_type": "this must have keys of its own",
    "string_type": "this must be text; put it in quotes",
    "int_type": "this must be a whole number",
    "too_short": "at least one is needed",
}


class _CoreLoader(yaml.SafeLoader):
    """Like YAML 1.2's core schema: dates stay text, and ``NO`` is Norway, not false."""


_CoreLoader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0] in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def read_programme(data: bytes) -> ProgrammeDocument:
    """Read and check a whole programme file.

    Args:
        data: the bytes of the file, at most 512 KB.

    Raises:
        FileRefusedError: with every problem found (at most 20), each with its line. Nothing is taken in.

    """
    root = _compose(data)
    reading = _Reading(root)
    try:
        document = ProgrammeDocument.model_validate(reading.content)
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise _refusal([_problem(detail, reading.lines) for detail in found]) from None
    problems = _unresolved(document, reading.lines)
    if problems:
        raise _refusal(problems)
    return document


def _refusal(problems: list[Message]) -> FileRefusedError:
    return FileRefusedError(
        Message("The programme file was refused; nothing was written."), problems=problems[:MAX_PROBLEMS]
    )


def _at(line: int, reason: str) -> Message:
    return Message("Line %(line)s: %(reason)s", line=line, reason=reason)


def _compose(data: bytes) -> Node:
    """The file as a tree of nodes; refuses what no programme needs: anchors, tags, depth, size."""
    if len(data) > MAX_BYTES:
        raise _refusal([Message("It is larger than %(n)s KB.", n=MAX_BYTES // 1024)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refusal([_at(line, "this is not UTF-8 text")]) from None
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refusal([_at(mark.line + 1 if mark else 1, str(error.problem or error.context))]) from None
    except yaml.YAMLError as error:
        raise _refusal([_at(1, str(error).splitlines()[0])]) from None
    if not isinstance(root, MappingNode):
        raise _refusal([_at(1, "a programme file starts with keys such as programme: and organisations:")])
    return root


def _check_events(text: str) -> None:
    """Walk over the events, without recursion, before any tree is built."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise _refusal([_at(line, "anchors (&) and aliases (*) are not allowed")])
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag:
            raise _refusal([_at(line, "tags (!) are not allowed")])
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        nodes += isinstance(event, NodeEvent)
        if depth > MAX_DEPTH:
            raise _refusal([_at(line, f"more than {MAX_DEPTH} levels deep")])
        if nodes > MAX_NODES:
            raise _refusal([_at(line, f"more than {MAX_NODES} values")])


class _Reading:
    """The values of a tree, and the line of each path in it."""

    def __init__(self, root: Node) -> None:
        self.lines: dict[Path, int] = {}
        self._scalars = _CoreLoader("")
        self.content = self._plain(root, ())

    def _plain(self, node: Node, path: Path) -> Any:  # noqa: ANN401 - any value of YAML
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(node, SequenceNode):
            return [self._plain(child, (*path, place)) for place, child in enumerate(node.value)]
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            raise _refusal([_at(line, f"{node.value[:40]!r} is not a value")]) from None

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, child in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                raise _refusal([_at(line, "a key must be a word")])
            if key.value in values:
                raise _refusal([_at(line, f"the key {key.value} stands here twice")])
            self.lines[*path, key.value] = line
            values[key.value] = self._plain(child, (*path, key.value))
        return values


def _problem(detail: Any, lines: dict[Path, int]) -> Message:  # noqa: ANN401 - pydantic's ErrorDetails
    """One problem that pydantic found, with the line of the nearest key that the file has."""
    path: Path = detail["loc"]
    known = path
    while known and known not in lines:
        known = known[:-1]
    reason = _WORDS.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    place = ".".join(str(part) for part in path)
    return _at(lines[known], f"{place}: {reason}" if place else reason)


def _unresolved(document: ProgrammeDocument, lines: dict[Path, int]) -> list[Message]:
    """Codes that name no organisation of the file, and codes given twice."""
    problems = []
    codes: set[str] = set()
    for i, organisation in enumerate(document.organisations):
        if organisation.code in codes:
            line = lines["organisations", i, "code"]
            problems.append(_at(line, f"organisations.{i}.code: {organisation.code} is given twice"))
        codes.add(organisation.code)
    for path, code in document.references().items():
        if code not in codes:
            place = ".".join(str(part) for part in path)
            problems.append(_at(lines[path], f"{place}: no organisation of this file has the code {code}"))
    cohorts = [cohort.code for cohort in document.cohorts]
    problems.extend(
        _at(lines["cohorts", i, "code"], f"cohorts.{i}.code: {code} is given twice")
        for i, code in enumerate(cohorts)
        if code in cohorts[:i]
    )
    return problems
