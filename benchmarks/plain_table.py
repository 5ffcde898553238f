"""The table that a stored decision's peer writes one row to."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, MetaData, String, Table, Text

PLAIN = Table(
    "benchmark_rows",
    MetaData(),
    Column("id", String(64), primary_key=True),
    Column("ref", String(200), nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
