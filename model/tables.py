"""Every table, imported so that the metadata knows them all."""

from __future__ import annotations

from model.access import ApiKey
from model.cases import Case, CaseFact, FactChange
from model.database import Base
from model.decisions import DecisionRecord
from model.kept_answers import KeptAnswer
from model.revisions import Publication, Revision

TABLES: tuple[type[Base], ...] = (
    ApiKey,
    Case,
    CaseFact,
    DecisionRecord,
    FactChange,
    KeptAnswer,
    Publication,
    Revision,
)
METADATA = Base.metadata
