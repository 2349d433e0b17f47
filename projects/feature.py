"""What projects and defences give to the platform."""

from app.feature import Feature

FEATURE = Feature(name="projects")
