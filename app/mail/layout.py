"""The one look of a letter in HTML. Styles stand inside it, as mail programs want them: a page of ours never has any.

Everything that comes in is escaped by ``Markup.format``; there is no image, no script and no address but our own.
"""

from collections.abc import Sequence

from markupsafe import Markup, escape

_FONT = Markup("font-family:'Segoe UI',Roboto,'Noto Sans',-apple-system,'Liberation Sans',Arial,sans-serif")
_DARK = Markup(
    "@media (prefers-color-scheme: dark) {"
    ".paper { background: #0e191f !important }"
    ".card { background: #15252d !important; border-color: #2c404b !important }"
    ".ink { color: #e9f0f3 !important } .mute { color: #adbec8 !important } .to { color: #8bcdf0 !important }"
    "}"
)
_PAGE = Markup(
    """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>{dark}</style>
</head>
<body class='paper' style="margin:0;padding:0;background:#f5f6f3">
<table role="presentation" class='paper' width="100%" cellpadding="0" cellspacing="0" style="background:#f5f6f3">
<tr><td align="center" style="padding:16px 12px 32px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px">
<tr><td style="padding:14px 20px;background:#0b3a50;border-bottom:3px solid #f5b921;border-radius:10px 10px 0 0;{font}">
<b style="color:#ffffff;font-size:17px">Jetekshi</b><br>
<span style="color:#cfe0e9;font-size:13px">{head}</span></td></tr>
<tr><td class='card' style="padding:24px 20px;background:#ffffff;border:1px solid #d5dcdf;border-top:0;\
border-radius:0 0 10px 10px;{font}">
<h1 class='ink' style="margin:0 0 16px;color:#14242e;font-size:21px;line-height:1.3">{subject}</h1>
{body}</td></tr>
<tr><td class='mute' style="padding:14px 20px;color:#4a5c68;font-size:13px;line-height:1.5;{font}">{foot}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"""
)
_PARAGRAPH = Markup(
    """<p class='ink' style="margin:0 0 14px;color:#14242e;font-size:16px;line-height:1.5;overflow-wrap:anywhere">\
{}</p>
"""
)
_LINK = Markup("""<a class='to' href="{url}" style="color:#0a5580">{url}</a>""")
_BUTTON = Markup(
    """<p style="margin:20px 0 14px"><a href="{url}" style="display:inline-block;padding:12px 20px;background:#0b5676;\
border-radius:8px;color:#ffffff;font-size:16px;font-weight:600;text-decoration:none">{label}</a></p>
<p class='mute' style="margin:0;color:#4a5c68;font-size:13px;line-height:1.5;overflow-wrap:anywhere">{link}</p>
"""
)


def html_of(
    *,
    lang: str,
    head: str,
    subject: str,
    paragraphs: Sequence[str],
    button: tuple[str, str] | None,
    foot: Sequence[tuple[str, str]],
) -> str:
    """A letter as mail programs show it.

    Args:
        head: the line under the product's name.
        button: words and address of the one link.
        foot: sentences, each with an address of ours after it.

    """
    body = Markup("").join(_PARAGRAPH.format(_lines(text)) for text in paragraphs)
    if button:
        body += _BUTTON.format(label=button[0], url=button[1], link=_LINK.format(url=button[1]))
    lines = Markup("<br>\n").join(Markup("{} {}").format(text, _LINK.format(url=url)) for text, url in foot)
    page = _PAGE.format(lang=lang, dark=_DARK, font=_FONT, head=head, subject=subject, body=body, foot=lines)
    return str(page)


def _lines(text: str) -> Markup:
    return Markup("<br>\n").join(escape(line) for line in text.splitlines())
