"""Changing certificates: proposing, issuing, annulling, reissuing, and keeping their files."""

from certificates.services.amend import annul, refuse_while_certified, reissue
from certificates.services.completing import mark_rest, refuse_without_evidence
from certificates.services.files import ensure_files, record_downloads
from certificates.services.issuing import Issue, approve, send_back
from certificates.services.lookups import LookUp, look_up
from certificates.services.proposing import propose, refuse_while_proposed
from certificates.services.waivers import waive, withdraw_waiver

__all__ = [
    "Issue",
    "LookUp",
    "annul",
    "approve",
    "ensure_files",
    "look_up",
    "mark_rest",
    "propose",
    "record_downloads",
    "refuse_while_certified",
    "refuse_while_proposed",
    "refuse_without_evidence",
    "reissue",
    "send_back",
    "waive",
    "withdraw_waiver",
]
