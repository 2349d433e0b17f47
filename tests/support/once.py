"""What is worked out once for a worker, though each test has an application of its own: templates and routes.

Both depend on the code alone. Without this half of the time of a page in a test would go into compiling.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from app.kernel.unit import Application

Builder = Callable[..., tuple[str, str]]


class Templates(BytecodeCache):
    """Compiled templates, for as long as their source is the same."""

    def __init__(self) -> None:
        """Nothing is compiled before it is asked for."""
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled from this source."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


class Route(Rule):
    """A route whose function that builds addresses is compiled once: it asks its rule for the converters anyway."""

    _kept: dict[tuple[object, ...], Builder] = {}  # noqa: RUF012 - of all routes

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT002 - as in werkzeug
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, append_unknown, *self._trace)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


TEMPLATES = Templates()


@contextmanager
def routes_kept() -> Iterator[None]:
    """Applications that are made meanwhile take their routes from those before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Application, "url_rule_class", Route)
        yield
