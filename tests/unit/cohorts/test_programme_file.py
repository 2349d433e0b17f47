"""A programme file is read whole or refused whole, each problem with its line."""

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.kernel.errors import FileRefusedError
from app.kernel.partial_date import PartialDate
from cohorts.enums import Mode
from cohorts.programme_file import MAX_BYTES, read_programme
from cohorts.schema import AwardSpec, CompletionSpec, OutlineSpec, ProgrammeDocument, last_day

ROOT = Path(__file__).resolve().parents[3]
DEMO = sorted((ROOT / "demo" / "programmes").glob("*.yaml"))
HEAD = """\
organisations:
  - {code: apa, name: {en: Academy}, kind: academy}
programme:
  code: kel
  title: {en: Leadership}
  kind: executive_training
  owner: apa
"""


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(FileRefusedError) as caught:
        read_programme(text.encode() if isinstance(text, str) else text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_the_demonstrations_files_are_right_and_survive_being_stored(path: Path) -> None:
    document = read_programme(path.read_bytes())
    assert OutlineSpec.model_validate(document.outline.model_dump(mode="json")) == document.outline
    assert AwardSpec.model_validate(document.programme.award.model_dump(mode="json")) == document.programme.award


def test_what_is_left_out_is_not_known() -> None:
    document = read_programme(HEAD.encode())
    assert document.programme.legal_kind is None
    assert document.programme.hours.contact is None
    assert document.outline.modules == ()


def test_months_days_and_offsets_date_blocks() -> None:
    document = read_programme(
        (
            HEAD
            + "outline: {modules: [{number: 1, blocks: [{start: 2023-04}, {mode: online, after_days: 3, days: 5}]}]}"
        ).encode()
    )
    month, counted = document.outline.modules[0].blocks
    assert (month.start, counted.mode, counted.days) == ("2023-04", Mode.ONLINE, 5)
    assert last_day(document.outline, PartialDate(2026, 1, 1)) == PartialDate(2026, 1, 8)
    assert last_day(document.outline, PartialDate(2026, 1)) is None


def test_norway_is_a_country_and_not_a_truth_value() -> None:
    document = read_programme(HEAD.replace("kind: academy", "kind: academy, country: NO").encode())
    assert document.organisations[0].country == "NO"


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (("kind: executive_training", "kind: holiday"), 6, "programme.kind"),
        (("owner: apa", "owner: nobody"), 7, "no organisation of this file has the code nobody"),
        (("code: kel", "kode: kel"), 4, "there is no such key"),
        (("code: kel", "code: Kel 2024"), 4, "programme.code"),
        (("title: {en: Leadership}", "title: {}"), 5, "at least one of kk, ru, en"),
        (("title: {en: Leadership}", "title: {en: 2024}"), 5, "this must be text"),
        (("title: {en: Leadership}", "title: Leadership"), 5, "this must have keys of its own"),
        (("owner: apa", "owner: apa\n  owner: apa"), 8, "stands here twice"),
    ],
)
def test_a_wrong_line_is_named(change: tuple[str, str], line: int, reason: str) -> None:
    found = problems(HEAD.replace(*change))
    assert any(problem.startswith(f"Line {line}: ") and reason in problem for problem in found), found


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("{start: 2023-13}", "month must be in 1..12"),
        ("{start: 2023-05, end: 2023-04}", "the end is before the start"),
        ("{end: 2023-04}", "an end needs a start"),
        ("{start: 2023-04, after_days: 1, days: 1}", "not both"),
        ("{after_days: 1}", "belong together"),
        ("{time_zone: Asia/Nowhere}", "IANA"),
        ("{mode: outside}", "mode"),
    ],
)
def test_a_block_that_makes_no_sense_is_refused(block: str, reason: str) -> None:
    found = problems(HEAD + f"outline:\n  modules:\n    - number: 1\n      blocks:\n        - {block}\n")
    assert any(problem.startswith("Line 12: ") and reason in problem for problem in found), found


COMPLETION = """\
  completion:
    requirement: {en: Submit the plan}
    conditions:
      - {kind: attendance, at_least: 80, assumed: true}
      - {kind: defence, unit: organisation, title: {en: the plan}}
"""


def test_conditions_of_completion_have_their_own_units() -> None:
    rule = read_programme((HEAD + COMPLETION).encode()).programme.completion
    attendance, defence = rule.conditions
    assert [condition.unit for condition in rule.conditions] == ["person", "organisation"]
    assert (attendance.key, attendance.assumed, defence.assumed) == ("attendance", True, False)
    assert rule.unit == "organisation"
    assert CompletionSpec.model_validate(rule.model_dump(mode="json")) == rule


def test_without_conditions_an_order_decides_about_each_person() -> None:
    rule = read_programme(HEAD.encode()).programme.completion
    assert (rule.conditions, rule.unit) == ((), "person")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("kind: attendance", "kind: homework"), "homework"),
        (("at_least: 80", "at_least: 101"), "at_least"),
        (("at_least: 80, ", ""), "this key is missing"),
        (("assumed: true", "assumed: yes"), "assumed"),
        (("assumed: true", "excused: never"), "excused"),
        (("unit: organisation", "unit: country"), "unit"),
        (("kind: defence, unit: organisation, title: {en: the plan}", "kind: attendance, at_least: 5"), "each kind of"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(change: tuple[str, str], reason: str) -> None:
    found = problems(HEAD + COMPLETION.replace(*change))
    assert any(reason in problem for problem in found), found


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{offline_weeks: 2, distance_weeks: 4, most_distance_weeks: 3}", "most_distance_weeks is at least"),
        ("{offline_weeks: 0, distance_weeks: 0}", "at least one week"),
        ("{offline_weeks: 2, distance_weeks: 4, order: [offline, online]}", "order is"),
        ("{offline_weeks: 2, distance_weeks: 4, assumed: [mood]}", "assumed"),
    ],
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str, reason: str) -> None:
    found = problems(HEAD + f"outline: {{modules: [{{number: 1, pattern: {pattern}}}]}}")
    assert any(reason in problem for problem in found), found


def test_a_pattern_may_have_room_for_a_week_more_and_survives_being_stored() -> None:
    text = "{offline_weeks: 2, distance_weeks: 4, most_distance_weeks: 5, order: [distance, offline], assumed: [order]}"
    outline = read_programme((HEAD + f"outline: {{modules: [{{number: 1, pattern: {text}}}]}}").encode()).outline
    assert OutlineSpec.model_validate(outline.model_dump(mode="json")) == outline
    pattern = outline.modules[0].pattern
    assert pattern is not None
    assert (pattern.most_distance_weeks, pattern.order) == (5, (Mode.DISTANCE, Mode.OFFLINE))


def test_other_names_and_inferences_are_kept_apart() -> None:
    head = HEAD + "  also_called: [Executive Leaders Program]\n  assumed: [owner, kind]\n"
    programme = read_programme(head.encode()).programme
    assert (programme.also_called, programme.assumed) == (("Executive Leaders Program",), ("owner", "kind"))


def test_several_problems_are_named_at_once() -> None:
    assert len(problems(HEAD.replace("code: kel", "code: X").replace("kind: executive_training", "kind: x"))) == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a programme file starts with keys"),
        (b"- 1", "a programme file starts with keys"),
        (b"\xff\xfe", "this is not UTF-8 text"),
        (b"\x00", "not allowed"),
        (b"a: b: c", "Line 1"),
        (b"a: &x [1]\nb: *x", "anchors"),
        (b"a: *x", "anchors"),
        (b"a: !!python/object/apply:os.system [true]", "tags"),
        (b"? [a]\n: b", "a key must be a word"),
        (b"[" * 100_000, "levels deep"),
        (b"a: [" + b"1," * 30_000 + b"]", "more than 20000 values"),
        (b"a: " + b"9" * 5_000, "is not a value"),
        (b"#" * (MAX_BYTES + 1), "larger than 512 KB"),
        (b"PK\x03\x04 a zip", "Line 1"),
    ],
)
def test_hostile_files_are_refused(data: bytes, reason: str) -> None:
    assert reason in problems(data)[0]


def test_a_bomb_of_aliases_is_refused_before_it_unfolds() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{new}: &{new} [*{old},*{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert problems(bomb) == ["Line 1: anchors (&) and aliases (*) are not allowed"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_programme(data)
    except FileRefusedError as error:
        assert error.problems  # noqa: PT017 - either way is right


def keys_of(model: type[BaseModel]) -> set[str]:
    """Every key that a file may have, at any depth."""
    found, waiting = set(), [model]
    seen: set[type[BaseModel]] = set()
    while waiting:
        spec = waiting.pop()
        seen.add(spec)
        for name, field in spec.model_fields.items():
            found.add(name)
            waiting += [inner for inner in models_in(field.annotation) if inner not in seen]
    return found


def models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in models_in(inner)]


def test_the_documentation_names_every_key() -> None:
    text = (ROOT / "docs" / "programme-files.md").read_text(encoding="utf-8")
    keys = keys_of(ProgrammeDocument)
    assert {"most_distance_weeks", "excused", "number_prefix", "kk"} <= keys
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", text)) == []
