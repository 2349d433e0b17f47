"""Small office files for tests: packages of parts, as programs write them, and as nobody should."""

import io
import zipfile

from app.kernel.files.kinds import DOCX, PPTX, XLSX

KINDS = {kind.extension: kind for kind in (DOCX, PPTX, XLSX)}
DOCUMENTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(extension: str, *, main: str = "", document: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """A file of one of the kinds.

    Args:
        main: what it says its main part is, in the place of what belongs there.
        document: where the main part lies, in the place of where it usually does.
        parts: further parts.

    """
    main = main or f"{KINDS[extension].media_type}.main+xml"
    document = document or DOCUMENTS[extension]
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/{document}" ContentType="{main}"/>'
        f'<Default Extension="xlsx" ContentType="{XLSX.media_type}"/></Types>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(document, "<document/>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return file.getvalue()
