"""What changes modules, sessions, publications, and what people have seen."""

from modules.services.copying import copy_day
from modules.services.experts import add_expert, change_expert, remove_expert
from modules.services.form_of_holding import hold_online
from modules.services.laying import lay_modules
from modules.services.moving import move_schedule
from modules.services.personal import mark_seen, new_secret
from modules.services.publishing import publish
from modules.services.sessions import add_session, cancel_session, change_session, delete_session, restore_session

__all__ = [
    "add_expert",
    "add_session",
    "cancel_session",
    "change_expert",
    "change_session",
    "copy_day",
    "delete_session",
    "hold_online",
    "lay_modules",
    "mark_seen",
    "move_schedule",
    "new_secret",
    "publish",
    "remove_expert",
    "restore_session",
]
