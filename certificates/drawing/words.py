"""The fixed words of the template "completion-1".

The Kazakh was written without a native reader. Those that a protocol officer is asked to confirm are marked [check].
Once sheets have been issued with them, words change only with a new template.
"""

from typing import Final

from certificates.payload import Words

TITLE: Final = Words("СЕРТИФИКАТ", "СЕРТИФИКАТ", "CERTIFICATE")
SUBTITLE: Final = Words("бағдарламаны аяқтағаны туралы", "о завершении программы", "of programme completion")
# Keeps the name in the nominative in all languages, and says nothing of sex.
HOLDER: Final = Words("Сертификат иегері", "Обладатель сертификата", "Awarded to")
STATEMENT: Final = Words(
    "Осы сертификат бағдарламаны сәтті аяқтағанын растайды",
    "Настоящий сертификат подтверждает успешное завершение программы",
    "This certificate confirms successful completion of the programme",
)
FACT_LABELS: Final = {
    "period": Words("Оқу кезеңі", "Период обучения", "Period of study"),  # [check] kk
    "place": Words("Оқыту өткен жер", "Место обучения", "Place of study"),  # [check] kk; «оқу орны» is an institution
    "hours": Words("Көлемі", "Объём", "Workload"),
    "order": Words("Негізі", "Основание", "Basis"),
    "issued": Words("Берілген күні", "Дата выдачи", "Date of issue"),
}
NUMBER: Final = Words("Тіркеу №", "Рег. №", "Reg. No.")
CONTROL_CODE: Final = Words("Бақылау коды", "Контрольный код", "Control code")
VERIFY: Final = Words("Тексеру", "Проверка", "Verify at")
STAMP: Final = Words("М.О.", "М.П.", "L.S.")  # [check] whether L.S. is wanted
PRESENTED: Final = Words("Кім табыстады", "Кем вручён", "Presented by")  # [check] kk
DATE: Final = Words("Күні", "Дата", "Date")
# An issuer's system seal never claims that a person signed. [check] kk: or «куәландырылған»; ru: the law's own term.
SEALED: Final = Words(
    "Берген ұйымның электрондық мөрімен бекітілген",
    "Заверено электронной печатью выдавшей организации",
    "Sealed electronically by the issuer",
)
SPECIMEN: Final = Words("ҮЛГІ", "ОБРАЗЕЦ", "SPECIMEN")
