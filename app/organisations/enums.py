"""Kinds of organisations."""

from enum import StrEnum


class OrganisationKind(StrEnum):
    """What an organisation is."""

    MINISTRY = "ministry"
    AGENCY = "agency"
    UNIVERSITY = "university"
    ACADEMY = "academy"
    COMPANY = "company"
    INTERNATIONAL = "international"
    OTHER = "other"
