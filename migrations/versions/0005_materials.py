"""Materials that groups hand in for their defence."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("defence_day", sa.Column("materials_due_on", sa.Date(), nullable=True))
    op.create_table(
        "project_material",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("handed_at", sa.DateTime(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_project_material_enrolment_id_enrolment")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_material_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_material")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_project_material_project_id_number")),
    )
    op.create_index(op.f("ix_project_material_enrolment_id"), "project_material", ["enrolment_id"], unique=False)


def downgrade() -> None:
    """Take back; the files stay on the disk."""
    op.drop_index(op.f("ix_project_material_enrolment_id"), table_name="project_material")
    op.drop_table("project_material")
    op.drop_column("defence_day", "materials_due_on")
