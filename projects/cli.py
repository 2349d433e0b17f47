"""Projects on the command line: whether every file that was handed in is still what it was."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.cli import command_session, fail
from app.kernel.files.store import DiskStore, is_whole
from app.settings import Settings
from projects.queries.materials import all_files


@click.group("materials")
def materials() -> None:
    """Look after what groups handed in."""


@materials.command("audit")
@with_appcontext
def audit() -> None:
    """Read every file again. Exit 0 whole, 1 when one is missing or damaged."""
    settings: Settings = current_app.extensions["settings"]
    store = DiskStore(settings.DATA_DIR)
    with command_session() as session:
        files = all_files(session)
    harmed = [file for file in files if not is_whole(store, file.key)]
    for file in harmed:
        click.echo(
            f"{file.cohort}, group {file.group}, version {file.version}: missing or damaged: {file.key}", err=True
        )
    if harmed:
        fail(f"Not whole: {len(harmed)} of {len(files)} files. Restore them from a backup.")
    click.echo(f"Whole: {len(files)} files")
