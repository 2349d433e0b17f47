"""Payloads for tests: an ordinary one, extremes of each kind, and a strategy for any. Nobody in them is real."""

from dataclasses import replace

from hypothesis import strategies as st

from certificates import codes
from certificates.payload import FACT_KEYS, Fact, Holder, Issuer, Payload, Signatory, Words

KEY = b"the key of the tests"
CODE = codes.new_code(bytes(range(16)))
NUMBER = "EL-2024-000033"

ACADEMY = Issuer(
    Words(
        "Үлгі мемлекеттік басқару академиясы",
        "Типовая академия государственного управления",
        "Model Academy of Public Administration",
    ),
    "А",
)
SCHOOL = Issuer(Words("Сынақ үкімет мектебі", "Пробная школа правительства", "Trial School of Government"), "TS")
RECTOR = Signatory(
    Words("Сынақов Өркен Һашымұлы", "Сынақов Өркен Һашымұлы", "Synaqov Orken Hashymuly"),
    Words("Академия ректоры", "Ректор Академии", "Rector of the Academy"),
)
POST_ONLY = Signatory(Words(), Words("Мектеп деканы", "Декан Школы", "Dean of the School"))
FACTS = (
    Fact(
        "period",
        Words(
            "2024\u00a0жылғы 15\u00a0қаңтар – 28\u00a0маусым",
            "15\u00a0января – 28\u00a0июня 2024\u00a0года",
            "15\u00a0January – 28\u00a0June 2024",
        ),
    ),
    Fact("place", Words("Астана, Абу-Даби", "Астана, Абу-Даби", "Astana, Abu Dhabi")),
    Fact("hours", Words("120 академиялық сағат", "120 академических часов", "120 academic hours")),
    Fact("order", Words("№\u00a045 бұйрық", "приказ №\u00a045", "Order No.\u00a045")),
    Fact("issued", Words("2024\u00a0жылғы 5\u00a0шілде", "5\u00a0июля 2024\u00a0года", "5\u00a0July 2024")),
)
ORDINARY = Payload(
    number=NUMBER,
    control_code=codes.control_code(KEY, NUMBER, CODE),
    verify_base="https://certs.example.kz/verify/",
    code=CODE,
    holder=Holder("Үлгібеков Ғалым Сынақұлы", "Үлгібеков Ғалым Сынақұлы", "Ulgibekov Galym Synaquly"),
    programme=Words(
        "«Басшы кадрларды даярлаудың үлгілік бағдарламасы – 2024»",
        "«Типовая программа подготовки руководителей – 2024»",
        "“Model Executive Leadership Programme 2024”",
    ),
    issuers=(ACADEMY, SCHOOL),
    signatories=(RECTOR, POST_ONLY),
    facts=FACTS,
    presenter=Words(),
    specimen=True,
)

LONG = Words(
    "«Мемлекеттік органдар мен жоғары оқу орындарының басшы қызметкерлерін стратегиялық көшбасшылыққа даярлау»",
    "«Двенадцатимесячная модульная программа подготовки руководящих работников государственных органов»",
    "“Twelve-Month Modular Programme in Strategic Leadership for Senior Officials of Government Bodies”",
)
DOUBLE = "Сынақмұхамедоразалиевабайқожаахметованы-Үлгімұхамедғалисынақбайқожахметоваәулиет"
EXTREMES = {
    "surname of 80 letters": replace(ORDINARY, holder=Holder(DOUBLE + " Ғалым", DOUBLE + " Ғалым", "Synaq Galym")),
    "80 letters and no space": replace(ORDINARY, holder=Holder("Ұ" * 80, "Ш" * 80, "W" * 80)),
    "300 letters and no space": replace(ORDINARY, holder=Holder("Ұ" * 300, "Ш" * 300, "W" * 300)),
    "mononym": replace(ORDINARY, holder=Holder("Үлгі", "Үлгі", "Ulgi"), issuers=(ACADEMY,), signatories=(RECTOR,)),
    "Latin form only": replace(ORDINARY, holder=Holder(latin="Smith")),
    "apostrophes": replace(ORDINARY, holder=Holder("О’Сынақ Д'Арт’ұлы", "О’Сынак Д'Артович", "O’Synaq D'Art’uly")),
    "markup": replace(ORDINARY, holder=Holder("<b>{{7*7}}</b>", "=cmd|'/C calc'!A0", "%s (\\) endstream endobj")),
    "letters that the serif lacks": replace(ORDINARY, holder=Holder("Ŋғұлов Ǵалым", "", "Ŋgulov Ǵalym")),
    "three of each": replace(
        ORDINARY,
        issuers=(ACADEMY, SCHOOL, replace(SCHOOL, mark="")),
        signatories=(RECTOR, RECTOR, POST_ONLY),
        presenter=Words("Кеңсе", "Аппарат", "Office"),
    ),
    "few facts": replace(ORDINARY, facts=FACTS[:1], presenter=None, signatories=(), specimen=False),
    "sealed": replace(ORDINARY, sealed=True),
    "all long": replace(
        ORDINARY,
        programme=LONG,
        issuers=(Issuer(LONG, "А"), Issuer(LONG, "Б"), Issuer(LONG, "В")),
        signatories=(Signatory(LONG, LONG),) * 3,
        facts=tuple(Fact(key, LONG) for key in FACT_KEYS),
        presenter=LONG,
        number="Щ" * 48,
    ),
}

LETTERS = "аәбвгғдеёжзиікқлмнңоөпрстуұүфхһцчшщъыьэюяАӘҒҚҢӨҰҮҺІabcdefgzABCXYZ '’-.,0123456789«»–№<>{}()\\/=%"
texts = st.text(LETTERS, max_size=60)
known = st.text(LETTERS, min_size=1, max_size=60)
words = st.builds(Words, texts, texts, texts)
known_words = st.builds(Words, known, texts, texts)
payloads = st.builds(
    Payload,
    number=st.text("ABCЭҚ-/0123456789", min_size=1, max_size=30),
    control_code=st.text(codes.ALPHABET, min_size=8, max_size=8),
    verify_base=st.sampled_from(["https://certs.example.kz/verify/", "http://127.0.0.1:8000/verify/"]),
    code=st.binary(min_size=16, max_size=16).map(codes.new_code),
    holder=st.builds(Holder, known, texts, texts),
    programme=known_words,
    issuers=st.lists(st.builds(Issuer, known_words, st.text("АБTS", max_size=3)), min_size=1, max_size=3).map(tuple),
    signatories=st.lists(st.builds(Signatory, words, known_words), max_size=3).map(tuple),
    facts=st.lists(
        st.builds(Fact, st.sampled_from(FACT_KEYS), known_words), max_size=5, unique_by=lambda fact: fact.key
    ).map(tuple),
    presenter=st.none() | words,
    specimen=st.booleans(),
    sealed=st.booleans(),
)
