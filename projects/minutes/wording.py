"""The fixed words of minutes in Kazakh and Russian, and dates in words.

Written out here and not taken from the catalogues of the pages: closed minutes keep their words for decades.
"""

from dataclasses import dataclass
from typing import Final, Literal

from projects.enums import Duty, Outcome, Presence

Lang = Literal["kk", "ru"]
BOTH: Final[tuple[Lang, Lang]] = ("kk", "ru")


@dataclass(frozen=True, slots=True)
class Two:
    """A text in the two languages of official documents."""

    kk: str
    ru: str

    def get(self, lang: Lang) -> str:
        """The text in a language."""
        return self.kk if lang == "kk" else self.ru


HEADING: Final = Two("ХАТТАМА", "ПРОТОКОЛ")
FILE: Final = Two("Хаттама", "Протокол")
DRAFT: Final = Two("АЛҒАШҚЫ НҰСҚА", "ЧЕРНОВИК")
DRAFT_FOOT: Final = Two("алғашқы нұсқа", "черновик")
ABOUT: Final = Two(
    "{title} бойынша жобаларды қорғау жөніндегі № {number} комиссияның отырысы",
    "Заседание комиссии № {number} по защите проектов: {title}",
)
HELD: Final = Two("Отырыс күні", "Дата заседания")
PLACE: Final = Two("Өткен орны", "Место проведения")
ONLINE: Final = Two("онлайн", "онлайн")
AND_ONLINE: Final = Two("{place}, сондай-ақ онлайн", "{place}, а также онлайн")
MEMBERS: Final = Two("Комиссия құрамы", "Состав комиссии")
PRESENT: Final = Two("Қатысқандар", "Присутствовали")
PRESENT_OF: Final = Two(
    "Дауыс беретін мүшелер: {voters}, қатысқаны: {present}", "Членов с правом голоса: {voters}, присутствуют: {present}"
)
QUORUM: Final = Two("Кворум", "Кворум")
QUORUM_KEPT: Final = Two("{needed}, бар", "{needed}, имеется")
QUORUM_LACKING: Final = Two("{needed}, жоқ", "{needed}, отсутствует")
NOT_RECORDED: Final = Two("жазылмаған", "не отмечено")
AGENDA: Final = Two("Күн тәртібі", "Повестка дня")
AGENDA_ITEM: Final = Two("Жобаны қорғау: {what}", "Защита проекта: {what}")
HEARD: Final = Two("Тыңдалды", "Слушали")
GROUP_PEOPLE: Final = Two("Топ мүшелері", "Состав группы")
MENTORS: Final = Two("Тәлімгерлері", "Наставники")
MENTOR: Final = Two("Тәлімгері", "Наставник")
QUESTIONS: Final = Two("Сұрақтар", "Вопросы")
VOTES: Final = Two("Дауыс беру", "Голосование")
VOTES_CAST: Final = Two(
    "жақтап – {for_}, қарсы – {against}, қалыс қалды – {abstained}",
    "за – {for_}, против – {against}, воздержались – {abstained}",
)
SCORE: Final = Two("Бағасы", "Оценка")
SCORE_OF: Final = Two("{score} (ең жоғарысы – 100)", "{score} (наивысшая – 100)")
RESOLVED: Final = Two("ШЕШТІ", "ПОСТАНОВИЛИ")
UNDECIDED: Final = Two("шешім жазылмаған", "решение не записано")
REMARK: Final = Two("Ескертпе", "Примечание")
SIGN_CHAIR: Final = Two("Комиссия төрағасы", "Председатель комиссии")
SIGN_SECRETARY: Final = Two("Комиссия хатшысы", "Секретарь комиссии")
NO_NUMBER: Final = "№ ______"
DUTIES: Final = {
    Duty.CHAIR: Two("төраға", "председатель"),
    Duty.MEMBER: Two("мүше", "член комиссии"),
    Duty.SECRETARY: Two("хатшы (дауыс бермейді)", "секретарь (без права голоса)"),
}
PRESENCE: Final = {
    Presence.ROOM: Two("залда", "в зале"),
    Presence.ONLINE: Two("онлайн", "онлайн"),
    Presence.ABSENT: Two("қатысқан жоқ", "отсутствует"),
}
OUTCOMES: Final = {
    Outcome.ACCEPTED: Two("жоба қабылдансын", "принять проект"),
    Outcome.TO_REVISE: Two("жоба пысықтауға қайтарылсын", "направить проект на доработку"),
    Outcome.NOT_ACCEPTED: Two("жоба қабылданбасын", "не принимать проект"),
    Outcome.NOT_SUBMITTED: Two("жоба ұсынылған жоқ", "проект не представлен"),
}


def quoted(text: str) -> str:
    """A title in quotation marks, unless it has its own."""
    return text if not text or text[0] in "«“\"'" else f"«{text}»"
