"""Who may call a view. A view without a policy answers 404, and a test names it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.accounts.rules import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Policy:
    """What a view asks of the caller: nothing (public), an account, or a permission held somewhere."""

    public: bool = False
    permission: Permission | None = None


def public(view: View) -> View:
    """Anybody may call this view."""
    return _mark(view, "policy", Policy(public=True))


def signed_in(view: View) -> View:
    """Whoever has an account may call this view; it shows them their own things only."""
    return _mark(view, "policy", Policy())


def requires(permission: Permission) -> Callable[[View], View]:
    """Whoever holds the permission somewhere may call this view; its query narrows it to where."""
    return lambda view: _mark(view, "policy", Policy(permission=permission))


def writes(view: View) -> View:
    """This view writes although it is called by GET (a download goes into the audit)."""
    return _mark(view, "writes", True)


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy of a view, or None if it has none."""
    return getattr(view, "policy", None)


def _mark(view: View, name: str, value: object) -> View:
    setattr(view, name, value)
    return view
