"""Documents put together from parts: mistakes are refused, text in metadata is safe."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from app.pdf.parts import Assembly, Block, Body, Drawing, Part, text_string

CATALOG = b"<< /Type /Catalog /Pages 1 0 R >>"
TREE = b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 1 0 R /MediaBox [0 0 9 9] /Resources << >> >>"


def document(title: str, *, block: bool) -> bytes:
    target = BytesIO()
    out = Assembly(target)
    if block:
        out.add_block(Block.of((TREE, PAGE)))
    else:
        tree = out.reserve()
        out.add(PAGE)
        out.put(tree, TREE)
    root = out.add(CATALOG)
    info = out.add(b"<< /Title %s >>" % text_string(title))
    out.finish(root, info, bytes(16))
    return target.getvalue()


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40), st.booleans())
def test_any_title_is_kept(title: str, block: bool) -> None:
    reader = PdfReader(BytesIO(document(title, block=block)), strict=True)
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert reader.metadata.title == title


def test_objects_are_found_wherever_they_stand() -> None:
    found = Drawing(document("t", block=False)).objects
    assert found[1] == TREE
    assert found[2] == PAGE
    assert found[3] == CATALOG


def test_what_was_reserved_must_be_written() -> None:
    out = Assembly(BytesIO())
    out.reserve()
    with pytest.raises(ValueError, match="never written"):
        out.finish(1, 1, bytes(16))


def test_a_block_comes_first() -> None:
    out = Assembly(BytesIO())
    out.add(CATALOG)
    with pytest.raises(ValueError, match="first"):
        out.add_block(Block.of((TREE,)))


def test_a_part_is_moved_with_its_references_and_without_touching_its_streams() -> None:
    body = Body(b"<< /Font 2 0 R /Length 5 >>\n", b"stream\n2 0 R\nendstream")
    part = Part((body, Body(b"<< /Kids [1 0 R] >>")), {"form": 1})
    assert part.moved(10) == (b"<< /Font 12 0 R /Length 5 >>\nstream\n2 0 R\nendstream", b"<< /Kids [11 0 R] >>")


def test_what_reportlab_did_not_write_is_refused() -> None:
    broken = document("t", block=True).replace(b"2 0 obj", b"2 0 obx")
    with pytest.raises(ValueError, match="ReportLab"):
        _ = Drawing(broken).objects
