"""Who may do what with certificates and completion."""

from app.accounts.enums import Role
from app.accounts.rules import permission

PROPOSE = permission("certificates.propose", Role.COORDINATOR)
APPROVE = permission("certificates.approve", Role.APPROVER)
ANNUL = permission("certificates.annul", Role.APPROVER)
VIEW_BATCHES = permission("certificates.view_batches", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
VIEW_REGISTER = permission("certificates.view_register", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
DOWNLOAD = permission("certificates.download", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
VIEW_OWN_CERTIFICATES = permission("certificates.view_own", Role.PARTICIPANT)
# What the register shows depends on why somebody may read it: for programmes, or for the people of an organisation.
READ_PROGRAMMES = permission("certificates.read_programmes", Role.COORDINATOR, Role.APPROVER, Role.AUDITOR)
READ_REMIT = permission("certificates.read_remit", Role.OFFICIAL)
LOOK_UP = permission("certificates.look_up", Role.OFFICIAL, Role.APPROVER)
READ_AS_READER = permission("certificates.read_as_reader", Role.APPROVER, Role.AUDITOR, Role.OFFICIAL)
VIEW_COMPLETION = permission(
    "certificates.view_completion", Role.ADMINISTRATOR, Role.COORDINATOR, Role.APPROVER, Role.AUDITOR
)
WAIVE = permission("certificates.waive", Role.COORDINATOR)
