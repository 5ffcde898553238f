"""Every table, imported so that the metadata knows them all."""

from __future__ import annotations

from model.access import ApiKey
from model.administration import AdministrationAct
from model.agreement_reports import AgreementReport
from model.agreements import Agreement, AgreementSupport, AgreementVersion
from model.calendars import Calendar, CalendarVersion
from model.case_events import CaseEvent
from model.cases import Case
from model.checkpoints import Checkpoint, SealedDecision, UnsealedDecision
from model.continuity import ContinuityTest
from model.customers import Customer
from model.database import Base
from model.decisions import DecisionRecord
from model.deliveries import Delivery
from model.dependencies import Dependency
from model.erasing import Erasure
from model.events import OutboxEvent
from model.forums import Forum
from model.gate_sessions import GateSession
from model.heartbeats import Heartbeat
from model.held_facts import CaseFact, FactChange
from model.holding_reviews import HeldReview
from model.improvements import Improvement, ImprovementVersion
from model.kept_answers import KeptAnswer
from model.maintenance import Maintenance
from model.measurements import Measurement
from model.other_systems import SystemRequest
from model.packages import Package, PackagedService
from model.parts import Part
from model.personal_values import PersonalValue
from model.portfolios import Portfolio, PortfolioService
from model.preparing_reviews import Preparation
from model.record_walks import RecordWalk
from model.reviews import Review
from model.revisions import Publication, Revision
from model.rosters import RosterVersion
from model.satisfaction import SatisfactionAnswer, SatisfactionWords
from model.schema_support import SchemaSupport
from model.search_index import SearchGroup, SearchText
from model.service_events import ServiceEvent
from model.services import ArtifactVersion, Service
from model.sleeping_letters import SleepingLetter
from model.subscriptions import Subscription
from model.timers import Timer, TimerEventRow, TimerMark, TimerResult
from model.undone_marks import UndoneMark
from model.vendor_products import VendorProduct
from model.verifications import Verification

TABLES: tuple[type[Base], ...] = (
    AdministrationAct,
    Agreement,
    AgreementReport,
    AgreementSupport,
    AgreementVersion,
    ApiKey,
    ArtifactVersion,
    Calendar,
    CalendarVersion,
    Case,
    CaseEvent,
    CaseFact,
    Checkpoint,
    ContinuityTest,
    Customer,
    DecisionRecord,
    Delivery,
    Dependency,
    Erasure,
    FactChange,
    Forum,
    GateSession,
    Heartbeat,
    HeldReview,
    Improvement,
    ImprovementVersion,
    KeptAnswer,
    Maintenance,
    Measurement,
    OutboxEvent,
    Package,
    PackagedService,
    Part,
    PersonalValue,
    Portfolio,
    PortfolioService,
    Preparation,
    Publication,
    Review,
    Revision,
    RosterVersion,
    SatisfactionAnswer,
    SatisfactionWords,
    SchemaSupport,
    SealedDecision,
    SearchGroup,
    SearchText,
    Service,
    ServiceEvent,
    SleepingLetter,
    Subscription,
    SystemRequest,
    Timer,
    TimerEventRow,
    TimerMark,
    TimerResult,
    UndoneMark,
    UnsealedDecision,
    VendorProduct,
    Verification,
    RecordWalk,
)
METADATA = Base.metadata
