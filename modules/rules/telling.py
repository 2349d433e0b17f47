"""Who is told of a publication, and of what: exactly those for whom something is different."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from modules.enums import SessionStatus
from modules.rules.agenda import Change, Entry, as_it_was, changes
from modules.rules.audience import is_for, own_words
from modules.rules.facts import Facts
from modules.rules.publishing import Pending

FIRST_VERSION = 1


def will_change(
    pending: Sequence[Pending], groups: Mapping[int, int | None], *, cohort_id: int, version: int, now: datetime
) -> dict[int, list[Change]]:
    """What the next publication would change for each person: :func:`own_changes` before there is anything to read.

    Args:
        version: the number that it would get.

    """
    entries = [_as_entry(change, cohort_id, version, now) for change in pending]
    before = {change.draft.id: change.before for change in pending if change.before is not None}
    return own_changes(entries, before, groups, now=now)


def own_changes(
    entries: Sequence[Entry], before: Mapping[int, Facts], groups: Mapping[int, int | None], *, now: datetime
) -> dict[int, list[Change]]:
    """What a publication changes for each person of a cohort, by enrolment; who sees no difference is left out.

    Args:
        entries: the sessions that it shows anew.
        before: what was shown of them before, by session.
        groups: the group of today of everybody who can be meant, by enrolment.

    """
    named = {word for entry in entries for word in entry.audience} | {
        word for facts in before.values() for word in facts.audience
    }
    found: dict[int, list[Change]] = {}
    alike: dict[frozenset[str], list[Change]] = {}  # most people are meant by the same words: they see the same
    for enrolment_id, group_id in groups.items():
        words = own_words(enrolment_id, group_id) & named
        if words not in alike:
            known = {key: facts for key, facts in before.items() if is_for(facts.audience, words)}
            alike[words] = changes(_shown(entries, known, words), known, now=now)
        if alike[words]:
            found[enrolment_id] = alike[words]
    return found


def _shown(entries: Iterable[Entry], known: Mapping[int, Facts], words: frozenset[str]) -> Iterable[Entry]:
    """What somebody with these words sees of the sessions, or saw until now."""
    for entry in entries:
        old = known.get(entry.session_id)
        if is_for(entry.audience, words):
            yield entry
        elif old is not None and old.status != SessionStatus.CANCELLED:
            yield as_it_was(entry, old)


def _as_entry(change: Pending, cohort_id: int, version: int, now: datetime) -> Entry:
    """A draft as it would be read by those who know the version before."""
    draft = change.draft
    return Entry(
        id=draft.id,
        session_id=draft.id,
        uid="",
        cohort_id=cohort_id,
        module_id=draft.module_id,
        version_number=version,
        sequence=0,
        changed_at=now,
        seen=version - 1,
        **draft.facts.values(),
    )
