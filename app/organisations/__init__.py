"""Organisations: ministries, universities, academies, and how they followed each other."""
