"""What changes modules, sessions, publications, and what people have seen."""

from modules.services.laying import lay_modules
from modules.services.moving import move_schedule
from modules.services.personal import mark_seen, new_secret
from modules.services.publishing import publish
from modules.services.sessions import add_session, cancel_session, change_session, delete_session, restore_session

__all__ = [
    "add_session",
    "cancel_session",
    "change_session",
    "delete_session",
    "lay_modules",
    "mark_seen",
    "move_schedule",
    "new_secret",
    "publish",
    "restore_session",
]
