"""What an ended cycle came to is counted by the database: whose it was, and when that was so.

`result` says all of it, as a text that no index knows. Servers before this one write no such
columns: what they freeze meanwhile is `pending`, until an event of the cycle comes again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

OF_AGREEMENTS = sa.text("agreement_id IS NOT NULL")
COLUMNS = ("agreement_id", "verdict_at", "metric", "verdict")
ON_POSTGRESQL = """
    UPDATE timer_results SET
        verdict = result::json ->> 'verdict',
        verdict_at = CAST(CASE result::json ->> 'verdict'
            WHEN 'met' THEN result::json ->> 'ended_at'
            WHEN 'breached' THEN result::json ->> 'breached_at' END AS timestamptz),
        agreement_id = timers.agreement_id,
        metric = timers.metric
    FROM timers WHERE timers.id = timer_results.timer_id
"""
# Instants are kept as `2026-11-22 08:00:00.000000`, and told as `2026-11-22T08:00:00.000Z`.
ON_SQLITE = """
    UPDATE timer_results SET
        verdict = json_extract(result, '$.verdict'),
        verdict_at = replace(replace(CASE json_extract(result, '$.verdict')
            WHEN 'met' THEN json_extract(result, '$.ended_at')
            WHEN 'breached' THEN json_extract(result, '$.breached_at') END, 'T', ' '), 'Z', '000'),
        agreement_id = (SELECT agreement_id FROM timers WHERE timers.id = timer_id),
        metric = (SELECT metric FROM timers WHERE timers.id = timer_id)
"""


def upgrade() -> None:
    """Add what is counted by, and say it of what has ended already."""
    op.add_column("timer_results", sa.Column("agreement_id", sa.String(36)))
    op.add_column("timer_results", sa.Column("metric", sa.String(100)))
    op.add_column(
        "timer_results",
        sa.Column("verdict", sa.String(20), nullable=False, server_default="pending"),
    )
    op.add_column("timer_results", sa.Column("verdict_at", sa.DateTime(timezone=True)))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    # As it is: what `:` begins here are casts and JSON paths, and no parameters.
    op.get_bind().exec_driver_sql(ON_SQLITE if is_sqlite else ON_POSTGRESQL)
    _index("timer_results", *COLUMNS)
    op.drop_index("ix_timers_agreement_id", "timers")
    _index("timers", "agreement_id", "due_at")


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_timers_agreement_id_due_at", "timers")
    _index("timers", "agreement_id")
    op.drop_index(f"ix_timer_results_{'_'.join(COLUMNS)}", "timer_results")
    for column in reversed(COLUMNS):
        op.drop_column("timer_results", column)


def _index(table: str, *columns: str) -> None:
    """Make an index of what goes by an agreement."""
    op.create_index(
        f"ix_{table}_{'_'.join(columns)}",
        table,
        [*columns],
        sqlite_where=OF_AGREEMENTS,
        postgresql_where=OF_AGREEMENTS,
    )
