import pytest

from modules.enums import SessionRole
from modules.rules.audience import (
    Members,
    Target,
    expert_ids,
    group_word,
    ids_of,
    is_audience_word,
    is_for,
    own_words,
    person_word,
    roles_of,
)

MEMBERS = Members(groups={1: 10, 2: 10, 3: 20, 4: None}, withdrawn=frozenset({5}), labels={10: "1", 20: "2", 30: "3"})


def test_an_empty_audience_is_everybody() -> None:
    assert is_for((), own_words(1, None))
    assert MEMBERS.meant(()) == {1, 2, 3, 4}


def test_groups_and_people_are_meant_each_once() -> None:
    assert MEMBERS.meant((group_word(10),)) == {1, 2}
    assert MEMBERS.meant((group_word(20), person_word(4), person_word(3))) == {3, 4}
    assert MEMBERS.meant((group_word(30),)) == frozenset()


def test_who_withdrew_is_not_meant() -> None:
    assert MEMBERS.meant((person_word(5),)) == frozenset()
    assert MEMBERS.gone((person_word(5), person_word(1))) == (5,)


def test_who_is_in_no_group_is_in_none() -> None:
    assert not is_for(("group:None",), own_words(4, None))
    assert own_words(4, None) == {"enrolment:4"}


def test_strangers_are_named() -> None:
    assert MEMBERS.strangers(("group:10", "group:99", "enrolment:5", "enrolment:77")) == ("group:99", "enrolment:77")


@pytest.mark.parametrize("word", ["group:1", "enrolment:12"])
def test_words_of_audiences(word: str) -> None:
    assert is_audience_word(word)


@pytest.mark.parametrize(
    "word", ["", "group", "group:", "group:x", "cohort:1", "group:-1", "group:１", "group:" + "9" * 30]
)
def test_anything_else_is_no_word(word: str) -> None:
    assert not is_audience_word(word)


def test_keys_come_by_what_they_name() -> None:
    words = ("enrolment:3", "group:2", "group:1", "enrolment:x")
    assert (ids_of(words, Target.GROUP), ids_of(words, Target.PERSON)) == ((2, 1), (3,))


def test_people_come_by_role() -> None:
    people = ("mentor:4", "speaker:2", "speaker:1", "cook:9", "speaker:")
    assert roles_of(people) == {SessionRole.SPEAKER: (2, 1), SessionRole.MENTOR: (4,)}
    assert list(roles_of(people)) == [SessionRole.SPEAKER, SessionRole.MENTOR]
    assert expert_ids(people) == {1, 2, 4}
