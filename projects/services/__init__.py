"""What changes groups, projects, commissions, defence days and their minutes. Every function flushes, none commits."""

from projects.services.commissions import set_commission
from projects.services.groups import groups_at_random, groups_by_organisation, place, remove_group
from projects.services.materials import hand_in
from projects.services.minutes import close_minutes, decide, mark_presence
from projects.services.projects import change_project, ensure_project
from projects.services.sittings import Plan, change_sitting, delete_sitting, plan_sitting

__all__ = [
    "Plan",
    "change_project",
    "change_sitting",
    "close_minutes",
    "decide",
    "delete_sitting",
    "ensure_project",
    "groups_at_random",
    "groups_by_organisation",
    "hand_in",
    "mark_presence",
    "place",
    "plan_sitting",
    "remove_group",
    "set_commission",
]
