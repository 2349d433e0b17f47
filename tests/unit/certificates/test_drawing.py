"""The drawn sheet: whole as a file, alike for alike payloads, true to every name, equal to all languages."""

import re
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import cast

import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from app.pdf.fonts import UnprintableError, faces, missing_glyphs
from app.pdf.kerning import Kerning
from app.pdf.parts import Drawing
from app.pdf.text import fit
from certificates import codes
from certificates.drawing import words
from certificates.drawing.foot import PLAIN_PROOF, SEALED_PROOF
from certificates.drawing.grid import FOOT_TOP, MEASURE, TOP, Shared
from certificates.drawing.personal import Names
from certificates.drawing.qr import QrStencil
from certificates.drawing.sheet import Renderer, UnprintablePayloadError, check_printable
from certificates.drawing.stack import Stack
from certificates.payload import LONGEST_NUMBER, Holder, Payload, Words
from tests.unit.certificates.examples import EXTREMES, FACTS, LONG, ORDINARY, payloads

EVERY = {"ordinary": ORDINARY, **EXTREMES}


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def streams(data: bytes) -> list[bytes]:
    """Return every stream of a document, expanded."""
    packed = re.findall(rb"/FlateDecode >>\nstream\n(.*?)\nendstream", data, re.DOTALL)
    return [zlib.decompress(each) for each in packed]


def spoken(data: bytes) -> list[str]:
    """Return the texts that are read aloud and copied in place of what is drawn."""
    found = [text for each in streams(data) for text in re.findall(rb"/ActualText <FEFF([0-9A-F]+)>", each)]
    return [bytes.fromhex(text.decode()).decode("utf-16-be") for text in found]


def linked(page: PageObject) -> object:
    """Return where a click on the page's QR code leads."""
    annotations = page.annotations
    assert annotations is not None
    (link,) = annotations
    return cast("DictionaryObject", cast("DictionaryObject", link.get_object())["/A"])["/URI"]


def check_whole(data: bytes) -> None:
    """Fail unless references lead somewhere, streams have their length, and fonts are embedded."""
    drawing = Drawing(data)
    for body in drawing.objects.values():
        head = body.split(b"stream\n", 1)[0]
        assert {int(number) for number in re.findall(rb"\b(\d+) 0 R", head)} <= set(drawing.objects)
        declared = re.search(rb"/Length (\d+)", head)
        if b"stream\n" in body and declared:
            content = body.split(b"stream\n", 1)[1].removesuffix(b"endstream").removesuffix(b"\n")
            assert len(content) == int(declared[1])
    assert streams(data)
    descriptors = [body for body in drawing.objects.values() if b"/Type /FontDescriptor" in body]
    fonts = [body for body in drawing.objects.values() if re.search(rb"/FontDescriptor \d+ 0 R", body)]
    assert descriptors
    assert len(descriptors) == len(fonts)
    assert all(b"/FontFile2" in body for body in descriptors)
    assert b"Helvetica" not in data
    assert b"CreationDate" not in data


@pytest.mark.parametrize("payload", EVERY.values(), ids=EVERY)
def test_a_sheet_is_whole_and_says_everything(renderer: Renderer, payload: Payload) -> None:
    data = renderer.render(payload)
    check_whole(data)
    names = spoken(data)
    assert [form for form in names if form != words.SPECIMEN.inline()] == payload.holder.forms()
    assert (words.SPECIMEN.inline() in names) == payload.specimen
    reader = PdfReader(BytesIO(data), strict=True)
    page = reader.pages[0]
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (842, 595)
    assert len(reader.pages) == 1
    text = re.sub(r"\s+", "", page.extract_text())
    assert codes.display_control_code(payload.control_code) in text
    assert payload.number in text
    assert ("Sealedelectronically" in text) == payload.sealed
    for party in payload.signatories:
        for form in party.post.forms():
            assert re.sub(r"\s+", "", form) in text
    metadata = reader.metadata
    assert metadata is not None
    assert metadata.title == f"СЕРТИФИКАТ  ·  CERTIFICATE {payload.number} – {payload.holder.forms()[0]}"
    assert metadata.author
    assert b"/Type /Catalog" in data
    assert b"/Lang (kk)" in data
    assert linked(page) == payload.url


@pytest.mark.parametrize("payload", EVERY.values(), ids=EVERY)
def test_the_same_payload_gives_the_same_bytes(renderer: Renderer, payload: Payload) -> None:
    data = renderer.render(payload)
    renderer.render(replace(payload, holder=Holder("Басқа Адам")))
    assert renderer.render(payload) == data
    assert Renderer().render(Payload.from_json(payload.to_json())) == data


def test_another_payload_gives_other_bytes(renderer: Renderer) -> None:
    others = [
        replace(ORDINARY, number="EL-2024-000034"),
        replace(ORDINARY, code=codes.new_code(bytes(16))),
        replace(ORDINARY, holder=Holder("Үлгібеков")),
        replace(ORDINARY, specimen=False),
        replace(ORDINARY, verify_base="http://localhost:8000/verify/"),
    ]
    assert len({renderer.render(each) for each in (ORDINARY, *others)}) == 6


def test_threads_do_not_disturb_each_other() -> None:
    fresh = Renderer()
    cohort = [
        replace(ORDINARY, holder=Holder(f"Үлгі {letter * 9}"), facts=FACTS[: i % 6])
        for i, letter in enumerate("аәбвгғдежзикқлмнңоөпрстуұүфхһцчшыіэюя")
    ]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(fresh.render, cohort))
    assert together == [Renderer().render(payload) for payload in cohort]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payload=payloads)
def test_any_payload_is_drawn_or_refused_by_name(renderer: Renderer, payload: Payload) -> None:
    check_printable(payload)
    check_whole(renderer.render(payload))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=300))
def test_any_name_is_drawn_or_refused_by_name(renderer: Renderer, name: str) -> None:
    try:
        payload = replace(ORDINARY, holder=Holder(name))
    except ValueError:
        return
    if missing_glyphs(payload.holder.kk):
        with pytest.raises(UnprintablePayloadError) as refused:
            check_printable(payload)
        assert refused.value.field == "holder"
        with pytest.raises(UnprintableError):
            renderer.render(payload)
    else:
        check_printable(payload)
        assert payload.holder.kk in spoken(renderer.render(payload))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Үлгібеков Ғалым Сынақұлы", []),
        ("ӘәІіҢңҒғҮүҰұҚқӨөҺһ ₸№«»–“”’'", []),
        ("Ŋ Ǵ ǵ", []),
        ("a\u00a0b", []),
        ("😀 مرحبا 😀", ["😀", *dict.fromkeys("مرحبا")]),
        ("a\u202eb", ["\u202e"]),
        ("a\u00adb\u200bc", ["\u00ad", "\u200b"]),
        ("a\tb\n", ["\t", "\n"]),
        ("а\u0301", ["\u0301"]),
        ("漢", ["漢"]),
        ("\ue000\ufffe", ["\ue000", "\ufffe"]),
    ],
)
def test_characters_without_a_glyph_are_named(text: str, missing: list[str]) -> None:
    assert missing_glyphs(text) == missing


def test_a_refusal_names_field_and_character() -> None:
    payload = replace(ORDINARY, programme=Words("Бағдарлама", "Программа", "Programme 😀"))
    with pytest.raises(UnprintablePayloadError, match=r"U\+1F600 GRINNING FACE") as refused:
        check_printable(payload)
    assert refused.value.field == "programme"
    assert refused.value.characters == ("😀",)


def test_many_sheets_are_one_document(renderer: Renderer) -> None:
    target = BytesIO()
    cohort = list(EVERY.values())
    assert renderer.render_many(iter(cohort), target) == len(cohort)
    data = target.getvalue()
    check_whole(data)
    reader = PdfReader(BytesIO(data), strict=True)
    assert len(reader.pages) == len(cohort)
    for page, payload in zip(reader.pages, cohort, strict=True):
        assert codes.display_control_code(payload.control_code) in page.extract_text()
        assert linked(page) == payload.url
    assert [form for form in spoken(data) if form in ORDINARY.holder.forms()]
    again = BytesIO()
    renderer.render_many(cohort, again)
    assert again.getvalue() == data


def test_a_cohort_in_one_document_holds_the_artwork_once(renderer: Renderer) -> None:
    target = BytesIO()
    renderer.render_many([replace(ORDINARY, number=f"EL-{i}") for i in range(81)], target)
    assert len(target.getvalue()) < 4 * len(renderer.render(ORDINARY))


def test_a_document_of_nothing_is_refused(renderer: Renderer) -> None:
    with pytest.raises(ValueError, match="no certificates"):
        renderer.render_many([], BytesIO())


def test_a_sink_that_fails_says_so_and_harms_nothing(renderer: Renderer) -> None:
    class Full:
        def write(self, _data: bytes, /) -> int:
            raise OSError(28, "No space left on device")

    before = renderer.render(ORDINARY)
    with pytest.raises(OSError, match="No space"):
        renderer.render_many([ORDINARY], Full())
    assert renderer.render(ORDINARY) == before


def test_without_the_tint_the_paper_stays_white(renderer: Renderer) -> None:
    paper = b".996 .993 .984 rg"
    tinted, plain = (
        sum(each.count(paper) for each in streams(which.render(ORDINARY))) for which in (renderer, Renderer(tint=False))
    )
    assert tinted == plain + 1


# ---------------------------------------------------------------- the rules of setting


def test_one_name_is_set_larger_than_three() -> None:
    sizes = [Names.of(holder).fitted.size for holder in (Holder("Үлгі"), Holder("Үлгі", "Улги"), Holder("Ү", "У", "U"))]
    assert sizes == [32, 27, 21]


def test_forms_that_coincide_are_printed_once() -> None:
    assert Names.of(Holder("Үлгі", "Үлгі", "Ulgi")).forms == ("Үлгі", "Ulgi")


@given(st.text("абвғқ- ", min_size=1, max_size=300), st.text("WMil ", max_size=300))
def test_all_forms_have_one_size_and_lose_no_letter(kazakh: str, latin: str) -> None:
    names = Names.of(Holder(kazakh, "", latin))
    assert 11 <= names.fitted.size <= 32
    for form, lines in zip(names.forms, names.fitted.laid, strict=True):
        assert "".join(lines).replace(" ", "") == form.replace(" ", "")
        for line in lines:
            em = sum(faces().serif.advances[each] for each in line)
            assert em * names.fitted.size * 25.4 / 72 <= MEASURE + 1e-6


def test_a_long_surname_is_broken_after_its_hyphen() -> None:
    names = Names.of(EXTREMES["surname of 80 letters"].holder)
    assert names.fitted.laid[0][0].endswith("-")
    assert names.fitted.rows == 2


def test_most_of_a_cohort_shares_one_drawing() -> None:
    slots = {
        Names.of(Holder(name, name, "Ulgi")).slot for name in ("Ли А", "Үлгібеков Ғалым", "Сынақов Өркен Һашымұлы")
    }
    assert len(slots) == 1


@pytest.mark.parametrize("payload", EVERY.values(), ids=EVERY)
def test_the_stack_stays_between_frame_and_foot(payload: Payload) -> None:
    stack = Stack(Shared.of(payload), Names.of(payload.holder).slot)
    assert 0 < stack.place.scale <= 1
    assert TOP >= stack.top >= stack.bottom >= FOOT_TOP - 1e-6


def test_only_a_sheet_that_is_long_all_over_is_scaled() -> None:
    scales = {name: Stack(Shared.of(each), Names.of(each.holder).slot).place.scale for name, each in EVERY.items()}
    assert scales["ordinary"] == scales["three of each"] == 1
    assert scales["all long"] < 1


def test_the_longest_number_fits_beside_the_code() -> None:
    for proof in (SEALED_PROOF, PLAIN_PROOF):
        assert fit(["Щ" * LONGEST_NUMBER], faces().serif_semibold, proof.room, 11, 2.5).rows == 1


def test_letters_are_kerned_as_the_font_says() -> None:
    face = faces().serif
    assert face.kerned("Ш") == [("Ш", 0.0)]
    assert face.kerned("ннAVнн") == [("ннA", -0.129), ("Vнн", 0.0)]
    assert "".join(piece for piece, _ in face.kerned(LONG.kk)) == LONG.kk
    kerning, glyphs = face.kerning, face.file.charToGlyph
    expected = {"Га": -42, "AV": -129, "То": -70, "нн": 0, "’С": -40}  # HarfBuzz says the same
    assert {pair: kerning.between(*(glyphs[ord(each)] for each in pair)) for pair in expected} == expected
    assert Kerning(b"").between(1, 2) == 0


# ---------------------------------------------------------------- the QR code


def modules(stencil: QrStencil, code: str) -> list[list[int]]:
    """Return the symbol as rows of modules."""
    wide = -(-stencil.modules // 8)
    bitmap = stencil.bitmap(code)
    rows = [bitmap[start : start + wide] for start in range(0, len(bitmap), wide)]
    return [[row[column // 8] >> (7 - column % 8) & 1 for column in range(stencil.modules)] for row in rows]


def test_the_quick_way_and_the_plain_way_draw_the_same_symbol() -> None:
    base = "https://certs.example.kz/verify/"
    made = [codes.new_code(bytes([i]) * 8 + bytes([255 - i, i // 2]) * 4) for i in range(200)]
    plain = {code: modules(QrStencil(base), code) for code in made[:6]}
    stencil = QrStencil(base)
    drawn = [modules(stencil, code) for code in made]  # the last fifty are drawn the quick way
    assert [modules(stencil, code) for code in made] == drawn
    assert all(modules(stencil, code) == symbol for code, symbol in plain.items())
    for code in made[-3:]:
        candidates = [
            segno.make(base + code, version=4, error="m", mode="byte", mask=mask, boost_error=False, micro=False)
            for mask in range(8)
        ]
        assert modules(stencil, code) in [[list(row) for row in each.matrix] for each in candidates]
