"""The demonstration joins an installation that names it in its settings; it adds a command and nothing else."""

from app.feature import Feature
from demo.cli import demo

FEATURE = Feature(name="demo", commands=(demo,))
