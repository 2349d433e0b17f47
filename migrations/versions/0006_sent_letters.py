"""When letters were sent: pages and checks look for the last ones."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(op.f("ix_letter_sent_at"), "letter", ["sent_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_letter_sent_at"), table_name="letter")
