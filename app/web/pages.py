"""Answering with a page."""

from typing import Any

from flask import render_template
from flask_wtf import FlaskForm

CONFLICT, UNPROCESSABLE = 409, 422


def page(template: str, *, status: int | None = None, **context: Any) -> tuple[str, int]:  # noqa: ANN401 - as in Flask
    """Render a template; 422 when its form was refused, 409 when somebody was faster, unless a status is given."""
    if status is None:
        form = context.get("form")
        status = UNPROCESSABLE if isinstance(form, FlaskForm) and (form.errors or form.form_errors) else 200
        status = CONFLICT if getattr(form, "conflict", None) else status
    return render_template(template, **context), status
