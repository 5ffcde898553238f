"""Every table, imported so that the metadata knows them all."""

from __future__ import annotations

from model.access import ApiKey
from model.administration import AdministrationAct
from model.case_events import CaseEvent
from model.cases import Case, CaseFact, FactChange
from model.checkpoints import Checkpoint, SealedDecision, UnsealedDecision
from model.database import Base
from model.decisions import DecisionRecord
from model.deliveries import Delivery
from model.erasing import Erasure
from model.events import OutboxEvent
from model.heartbeats import Heartbeat
from model.kept_answers import KeptAnswer
from model.personal_values import PersonalValue
from model.revisions import Publication, Revision
from model.schema_support import SchemaSupport
from model.subscriptions import Subscription
from model.verifications import Verification

TABLES: tuple[type[Base], ...] = (
    AdministrationAct,
    ApiKey,
    Case,
    CaseEvent,
    CaseFact,
    Checkpoint,
    DecisionRecord,
    Delivery,
    Erasure,
    FactChange,
    Heartbeat,
    KeptAnswer,
    OutboxEvent,
    PersonalValue,
    Publication,
    Revision,
    SchemaSupport,
    SealedDecision,
    Subscription,
    UnsealedDecision,
    Verification,
)
METADATA = Base.metadata
