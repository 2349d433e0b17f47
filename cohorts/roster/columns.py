"""Which column holds what: headings in Kazakh, Russian and English, wherever the table begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import FileRefusedError
from app.kernel.text import clean, search_key
from app.kernel.words import Message
from cohorts.roster.reading import MAX_ROWS, Row, Table, read_tables, refused

HEADING_WITHIN = 25
MIN_HEADINGS = 2


class Field(StrEnum):
    """What a column may hold."""

    NUMBER = "number"
    NAME = "name"
    SURNAME = "surname"
    GIVEN_NAME = "given_name"
    PATRONYMIC = "patronymic"
    LATIN = "latin"
    POST = "post"
    ORGANISATION = "organisation"
    IIN = "iin"
    PASSPORT = "passport"
    CITIZENSHIP = "citizenship"
    EMAIL = "email"
    PHONE = "phone"
    GROUP = "group"
    CATEGORY = "category"
    NOMINATION = "nomination"
    FUNDER = "funder"
    FUNDING_DECISION = "funding_decision"
    FUNDED_FROM = "funded_from"
    FUNDED_TO = "funded_to"


_HEADINGS: dict[str, dict[Field, str]] = {
    "kk": {
        Field.NUMBER: "р/с №|р/с|рет саны|реттік нөмірі",
        Field.NAME: "тегі, аты, әкесінің аты|тегі, аты, әкесінің аты (бар болса)|аты-жөні|толық аты-жөні|тегі, аты|тәж",
        Field.SURNAME: "тегі",
        Field.GIVEN_NAME: "аты",
        Field.PATRONYMIC: "әкесінің аты|әкесінің аты (бар болса)",
        Field.LATIN: "латын әріптерімен|аты-жөні латын әрпімен|аты-жөні латын әріптерімен|латынша аты-жөні",
        Field.POST: "лауазымы|лауазым|қызметі",
        Field.ORGANISATION: "ұйымы|ұйым|мекеме|мекемесі|жұмыс орны|мемлекеттік орган",
        Field.IIN: "жсн",
        Field.PASSPORT: "паспорт|паспорт нөмірі",
        Field.CITIZENSHIP: "азаматтығы",
        Field.EMAIL: "электрондық поштасы|электрондық пошта|электронды пошта|поштасы|эл. пошта",
        Field.PHONE: "телефоны|телефон нөмірі|ұялы телефоны|байланыс телефоны",
        Field.GROUP: "тобы|топ",
        Field.CATEGORY: "санаты|лауазым санаты|мемлекеттік қызметші санаты",
        Field.NOMINATION: "ұсынған орган|ұсынған ұйым|кім ұсынды|жолдама",
        Field.FUNDER: "қаржыландырушы|қаржыландырушы ұйым|шәкіртақы төлеуші",
        Field.FUNDING_DECISION: "шәкіртақы туралы шешім|стипендия туралы шешім|қаржыландыру туралы шешім",
        Field.FUNDED_FROM: "шәкіртақы басталуы|стипендия басталуы|қаржыландырудың басталуы",
        Field.FUNDED_TO: "шәкіртақы аяқталуы|стипендия аяқталуы|қаржыландырудың аяқталуы",
    },
    "ru": {
        Field.NUMBER: "№|№ п/п|п/п|номер|n",
        Field.NAME: "фамилия, имя, отчество|фамилия, имя, отчество (при наличии)|фио|ф.и.о.|фамилия, имя|полное имя",
        Field.SURNAME: "фамилия",
        Field.GIVEN_NAME: "имя",
        Field.PATRONYMIC: "отчество|отчество (при наличии)",
        Field.LATIN: "имя латиницей|фио латиницей|фамилия, имя латиницей|латиницей|имя латинскими буквами",
        Field.POST: "должность|занимаемая должность",
        Field.ORGANISATION: "организация|место работы|государственный орган|учреждение|вуз|наименование организации",
        Field.IIN: "иин",
        Field.PASSPORT: "паспорт|номер паспорта|№ паспорта",
        Field.CITIZENSHIP: "гражданство",
        Field.EMAIL: "электронная почта|эл. почта|почта|адрес электронной почты|электронный адрес|e-mail|емейл",
        Field.PHONE: "телефон|мобильный телефон|контактный телефон|номер телефона|сотовый",
        Field.GROUP: "группа|№ группы",
        Field.CATEGORY: "категория|категория должности",
        Field.NOMINATION: "кем направлен|кем направлен(а)|кем выдвинут",
        Field.FUNDER: "финансирующая организация|кем финансируется|источник финансирования",
        Field.FUNDING_DECISION: "решение о стипендии|решение о финансировании",
        Field.FUNDED_FROM: "стипендия с|финансирование с",
        Field.FUNDED_TO: "стипендия по|финансирование по",
    },
    "en": {
        Field.NUMBER: "no|no.|#|number|s/n",
        Field.NAME: "full name|name|surname, given name, patronymic|participant",
        Field.SURNAME: "surname|last name|family name",
        Field.GIVEN_NAME: "given name|first name",
        Field.PATRONYMIC: "patronymic|middle name",
        Field.LATIN: "name in latin letters|latin name|name (latin)|full name in latin letters",
        Field.POST: "position|post|job title|title",
        Field.ORGANISATION: "organisation|organization|institution|employer|ministry|university",
        Field.IIN: "iin",
        Field.PASSPORT: "passport|passport no|passport number",
        Field.CITIZENSHIP: "citizenship|nationality",
        Field.EMAIL: "e-mail|email|email address|e-mail address|mail",
        Field.PHONE: "phone|mobile|telephone|phone number|mobile phone",
        Field.GROUP: "group",
        Field.CATEGORY: "category|post category",
        Field.NOMINATION: "nominated by|nomination|referral",
        Field.FUNDER: "funder|funded by",
        Field.FUNDING_DECISION: "scholarship decision|funding decision",
        Field.FUNDED_FROM: "scholarship from|funded from",
        Field.FUNDED_TO: "scholarship to|scholarship until|funded to|funded until",
    },
}
_KNOWN: dict[str, tuple[Field, str]] = {}
for _language, _fields in _HEADINGS.items():
    for _field, _words in _fields.items():
        for _word in _words.split("|"):
            _KNOWN.setdefault(search_key(_word) or _word, (_field, _language))
_TOTALS = ("итого", "всего", "барлыгы", "жиыны", "total")


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row as the file has it: its number in the file, its language (kk, ru or en) and its cells by field."""

    row: int
    language: str
    cells: dict[str, str]

    def get(self, field: Field) -> str:
        """The cleaned text of a cell; "" when there is none or only a dash."""
        text = clean(self.cells.get(field, ""))
        return "" if text in {"-", "–", "—"} else text


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read.

    Args:
        encoding, delimiter: of a CSV file.
        left_out: headings of columns that the product has no use for.
        left_out_rows: numbers of rows below the table that are nobody's: totals and notes.

    """

    rows: tuple[RosterRow, ...]
    encoding: str | None = None
    delimiter: str | None = None
    left_out: tuple[str, ...] = ()
    left_out_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    row: int
    columns: dict[int, Field]
    language: str
    left_out: tuple[str, ...]


def read_roster(data: bytes) -> Roster:
    """Read a roster from the bytes of a CSV file or an XLSX workbook.

    Raises:
        FileRefusedError: the file as a whole makes no sense; the sentence says what to do.

    """
    tables = read_tables(data)
    headings = [(table, heading) for table in tables if (heading := _find_heading(table.rows)) is not None]
    if not headings:
        raise _without_heading(tables)
    table, heading = max(headings, key=lambda pair: len(pair[1].columns))
    rows, left_out_rows = _rows(table.rows[heading.row + 1 :], heading)
    if len(rows) > MAX_ROWS:
        raise refused(Message("The file was not read: it has more than %(n)s rows.", n=MAX_ROWS))
    if not rows:
        raise refused(Message("The file was not read: there is no row below the headings."))
    _refuse_lost_letters(rows)
    return Roster(tuple(rows), table.encoding, table.delimiter, heading.left_out, tuple(left_out_rows))


def _recognise(heading: str) -> tuple[Field, str] | None:
    text = clean(heading).strip(" *:")
    return _KNOWN.get(search_key(text) or text)


def _find_heading(rows: Sequence[Row]) -> _Heading | None:
    """The row with the most known headings near the top; it must name the people."""
    best: _Heading | None = None
    for place, (_number, cells) in enumerate(rows[:HEADING_WITHIN]):
        columns: dict[int, Field] = {}
        languages: list[str] = []
        for column, cell in enumerate(cells):
            known = _recognise(cell)
            if known is not None and known[0] not in columns.values():
                columns[column] = known[0]
                languages.append(known[1])
        named = {Field.NAME, Field.SURNAME, Field.LATIN} & set(columns.values())
        if named and len(columns) >= MIN_HEADINGS and len(columns) > (len(best.columns) if best else 0):
            left_out = tuple(clean(cell) for column, cell in enumerate(cells) if column not in columns and clean(cell))
            language = max(("kk", "ru", "en"), key=languages.count)
            best = _Heading(place, columns, language, left_out)
    return best


def _rows(rows: Sequence[Row], heading: _Heading) -> tuple[list[RosterRow], list[int]]:
    """The rows below the heading; the numbers of totals and of notes under them, which are nobody's."""
    found: list[RosterRow] = []
    left_out: list[int] = []
    for number, cells in rows:
        values = {
            str(field): cells[column]
            for column, field in heading.columns.items()
            if column < len(cells) and cells[column].strip()
        }
        meaningful = values.keys() - {Field.NUMBER}
        if not meaningful:
            continue
        total = any(search_key(cell).startswith(_TOTALS) for cell in cells[:3])
        if (total and not values.keys() & {Field.EMAIL, Field.IIN}) or (left_out and len(meaningful) == 1):
            left_out.append(number)
        else:
            found.append(RosterRow(number, heading.language, values))
    return found, left_out


def _without_heading(tables: Sequence[Table]) -> FileRefusedError:
    first = [cell for table in tables for _number, cells in table.rows[:HEADING_WITHIN] for cell in cells]
    if sum("?" in cell for cell in first) > len(first) // 3 > 0:
        return _lost()
    return refused(
        Message(
            "The file was not read: no row of headings was found. One column must be headed «Full name», "
            "with others such as «Organisation», «IIN», «E-mail»."
        )
    )


def _refuse_lost_letters(rows: Sequence[RosterRow]) -> None:
    """Refuse the whole file when Kazakh letters became question marks in most names."""
    names = [row.get(Field.NAME) or row.get(Field.SURNAME) for row in rows]
    if sum("?" in name for name in names) * 2 > len(names):
        raise _lost()


def _lost() -> FileRefusedError:
    return refused(
        Message("The file was not read: Kazakh letters became “?”. Save it as XLSX or as CSV UTF-8 and send that.")
    )
