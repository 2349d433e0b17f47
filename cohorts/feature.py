"""What the cohorts give to the platform."""

from app.feature import Feature
from cohorts.cli import commands

FEATURE = Feature(name="cohorts", commands=commands)
