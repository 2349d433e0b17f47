"""Why a row got its verdict: codes for programs, sentences for people."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.kernel.words import Message


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    LOOKALIKE = "lookalike"
    REFUSED = "refused"


class Choice(StrEnum):
    """What the user decides about a look-alike; without a decision it stays out."""

    SEPARATE = "separate"
    SAME_PERSON = "same_person"


VERDICT_LABELS = {
    Verdict.NEW: Message("New"),
    Verdict.SAME: Message("Same"),
    Verdict.CHANGED: Message("Changed"),
    Verdict.LOOKALIKE: Message("Look-alike"),
    Verdict.REFUSED: Message("Refused"),
}
CHOICE_LABELS = {
    Choice.SEPARATE: Message("Another person: take in"),
    Choice.SAME_PERSON: Message("The same person: take in"),
}
_SENTENCES = {
    "duplicate_of_row": Message("The same as row %(n)s of this file."),
    "email_of_row": Message(
        "The same e-mail as %(name)s in row %(n)s, another name. A shared reception mailbox is allowed."
    ),
    "iin_of_row": Message("The same IIN as %(name)s in row %(n)s, another name. Correct the file."),
    "name_of_row": Message("The same name as in row %(n)s, and nothing that tells the two apart for certain."),
    "iin_of_person": Message("This IIN belongs to %(name)s, whose name is written otherwise."),
    "email_of_person": Message(
        "The same e-mail as %(name)s, who is known here. A shared reception mailbox is allowed."
    ),
    "name_of_person": Message(
        "A person of this name is known here, and nothing tells for certain whether it is the same."
    ),
    "known_person": Message("Known from an earlier programme."),
    "bad_email": Message("“%(text)s” is not an e-mail address. Correct the file and load it again."),
    "two_emails": Message("There are two e-mail addresses in the cell. Leave one."),
    "no_email": Message("No e-mail; goes in without."),
    "bad_iin": Message("The IIN is wrong: its check digit does not fit."),
    "bad_iin_length": Message("Digits in the IIN: %(n)s instead of 12. Excel may have dropped a leading zero."),
    "iin_padded": Message("The leading zeros of the IIN were put back."),
    "iin_digits_lost": Message(
        "The IIN reads %(text)s: Excel has lost its last digits. They are not in this file any more."
    ),
    "passport_in_iin": Message("A passport number stood in the column of the IIN; it is taken as a passport."),
    "no_name": Message("There is no name in this row."),
    "letters_lost": Message("Kazakh letters became “?”. Save the file as XLSX or as CSV UTF-8 and load it again."),
    "letters_normalised": Message("Latin look-alikes were replaced by Kazakh letters: %(was)s → %(now)s"),
    "mixed_alphabets": Message("A word of the name mixes Cyrillic and Latin letters. Look at it."),
    "not_a_name": Message("This is not a name: it has signs that no name has."),
    "not_a_text": Message("“%(text)s” is a formula or markup, not a post or an organisation."),
    "too_long": Message("A cell of this row is too long."),
    "bad_group": Message("“%(text)s” is not a group's number; goes in without a group."),
    "bad_phone": Message("The phone number was not understood; goes in without."),
    "bad_passport": Message("“%(text)s” is not a passport number; goes in without."),
    "bad_citizenship": Message(
        "The citizenship “%(text)s” is not known; goes in without. Write the country, or its two letters."
    ),
    "bad_date": Message("“%(text)s” is neither a day nor a month; goes in without."),
    "no_organisation": Message("No organisation; goes in without."),
    "post": Message("Post or organisation: %(was)s → %(now)s"),
    "phone": Message("Phone: %(was)s → %(now)s"),
    "email": Message("Another e-mail: %(now)s"),
    "group": Message("Group: %(was)s → %(now)s"),
    "latin": Message("Name in Latin letters: %(now)s"),
    "iin": Message("The IIN is new here."),
    "passport": Message("The passport is new here."),
    "citizenship": Message("Citizenship: %(now)s"),
    "category": Message("Category: %(was)s → %(now)s"),
    "nomination": Message("Nominated by: %(was)s → %(now)s"),
    "scholarship": Message("Scholarship: %(was)s → %(now)s"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a verdict, or a remark on a row that goes in."""

    code: str
    detail: dict[str, str | int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For programs: the code, with the row that it points to (``duplicate_of_row_8``)."""
        return f"{self.code}_{self.detail['n']}" if self.code.endswith("_of_row") else self.code

    @property
    def message(self) -> Message:
        """For people."""
        key = "bad_iin_length" if self.code == "bad_iin" and "n" in self.detail else self.code
        return Message(_SENTENCES[key].text, **self.detail)
