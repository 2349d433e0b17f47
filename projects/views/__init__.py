"""Pages of groups, projects, commissions, defence days and their minutes."""

from projects.views import commissions, group, materials, me, minutes, sittings
from projects.views import groups as group_pages
from projects.views.common import defences, groups, own

blueprints = (groups, defences, own)

__all__ = ["blueprints", "commissions", "group", "group_pages", "materials", "me", "minutes", "sittings"]
