"""Changing certificates: proposing, issuing, annulling, reissuing, and keeping their files."""

from certificates.services.amend import annul, refuse_while_certified, reissue
from certificates.services.files import ensure_files, record_downloads
from certificates.services.issuing import Issue, approve, send_back
from certificates.services.lookups import LookUp, look_up
from certificates.services.proposing import propose, refuse_while_proposed

__all__ = [
    "Issue",
    "LookUp",
    "annul",
    "approve",
    "ensure_files",
    "look_up",
    "propose",
    "record_downloads",
    "refuse_while_certified",
    "refuse_while_proposed",
    "reissue",
    "send_back",
]
