"""What the OpenAPI document shows: real requests, and the real answers to them."""

from __future__ import annotations

from typing import Any

REVISION = "sha256:747e73846439fb52da27b4b7b9802ddbda92f040d76680ccc28363860aa7efb1"
INSTANT = "2026-11-22T09:30:00.000Z"
ID = "5f0c3f7e-6f0b-4d7c-9d5e-2f6f6c1d8a10"
REF = "CRM-1042"

_ROUTING_REQUEST: dict[str, Any] = {
    "case": {"ref": REF, "title": "E-signature service"},
    "facts": {"origin": "agency", "in_catalog": False, "need_or_want": "need"},
    "decision": "routing",
    "as_of": "2026-11-22",
}

DECISION_REQUESTS: dict[str, Any] = {
    "what is known so far": _ROUTING_REQUEST,
    "only what is new": {
        "case": {"ref": REF, "by": "Dana, Agency IT Strategist"},
        "facts": {"existing_service_fits": False},
    },
    "forget a fact": {"case": {"ref": REF, "if_version": 3}, "facts": {"need_or_want": None}},
}

DECISION: dict[str, Any] = {
    "id": ID,
    "case": {"ref": REF, "version": 1},
    "decision": "routing",
    "stage": "analysis",
    "status": "awaiting_facts",
    "outcome": {
        "assign_to": "Agency IT Strategist",
        "group": "Technology Strategy",
        "action": "analyze-request",
        "cc": [],
        "notify": [],
        "portfolios": [],
        "submit_to": None,
        "references": [],
        "final": False,
    },
    "needs": [
        {
            "fact": "existing_service_fits",
            "question": "Will an existing service meet the need?",
            "asked_of": "Agency IT Strategist",
            "sources": ["OMES 04.3.1 §4.2"],
        },
        {
            "fact": "part_addition_fits",
            "question": "Will adding a part to an existing service meet the need?",
            "asked_of": "Agency IT Strategist",
            "sources": ["OMES 04.3.1 §4.2"],
        },
    ],
    "assumptions": [],
    "because": [
        {
            "policy": "intake",
            "rule": "not-in-catalog",
            "label": "A service or part that is not in the Service Catalog is analyzed",
            "sources": ["OMES 04.3.1 §4.1"],
            "facts": {"in_catalog": False},
        }
    ],
    "policy_revision": REVISION,
    "decided_at": INSTANT,
}

PREVIEW = {**DECISION, "id": None, "case": {"ref": REF, "version": 0}}
DECISION_PAGE = {"decisions": [DECISION], "next": None}
REPLAY = {"same": True, "id": ID, "recorded": DECISION, "replayed": DECISION}

FACT_CHANGES: dict[str, Any] = {
    "a date": {"facts": {"needed_by": "2027-02-20"}, "by": "Kim, Research Associate"},
    "the days instead": {"facts": {"days_until_needed": 90}},
}


def _held(value: object) -> dict[str, object]:
    return {"value": value, "supplied_by": "the ticketing system", "supplied_at": INSTANT}


CASE: dict[str, Any] = {
    "ref": REF,
    "title": "E-signature service",
    "version": 1,
    "created_at": INSTANT,
    "updated_at": INSTANT,
    "facts": {
        "in_catalog": _held(False),
        "need_or_want": _held("need"),
        "origin": _held("agency"),
    },
    "decisions": [
        {
            "id": ID,
            "version": 1,
            "decision": "routing",
            "stage": "analysis",
            "status": "awaiting_facts",
            "decided_at": INSTANT,
        }
    ],
}

_SUMMARY = {
    "name": "expedite",
    "title": "Expediting what is needed soon",
    "owner": "Technology Strategy Director",
    "review": "P1Y",
    "hit": "first",
    "after": [],
    "inputs": ["viable", "days_until_needed", "no_need_date"],
    "outputs": ["assign_to", "action", "cc", "notify", "submit_to", "final"],
}

POLICIES: dict[str, Any] = {
    "policy_revision": REVISION,
    "routings": [
        {
            "name": "routing",
            "title": "Who does what next with a case",
            "owner": "Technology Strategy Director",
            "review": "P1Y",
            "stages": ["intake", "analysis", "project", "expedite"],
        }
    ],
    "policies": [_SUMMARY],
}

POLICY: dict[str, Any] = {
    **_SUMMARY,
    "policy_revision": REVISION,
    "sources": [],
    "parameters": [
        {
            "name": "expedite_days",
            "value": 90,
            "unit": "days",
            "meaning": "A request needed this many days from now, or sooner, is expedited",
            "changes": [{"from": "2027-07-01", "value": 60}],
            "sources": ["OMES 04.3.1 §4.5"],
        }
    ],
    "rules": [
        {
            "id": "submit-research",
            "label": "It is needed within 90 days, so the research goes to the Alliance Team",
            "sources": ["OMES 04.3.1 §4.5"],
            "assumption": None,
            "from": None,
            "until": None,
        }
    ],
    "clauses": {
        "OMES 04.3.1 §4.5": (
            "Next, it must be determined if the customer is needing the service or part within"
            " 90 days, in order to expedite the business request."
        )
    },
    "path": "policies/expedite.yaml",
    "text": "policy: expedite\ntitle: Expediting what is needed soon\n…\n",
}

VOCABULARY: dict[str, Any] = {
    "policy_revision": REVISION,
    "facts": [
        {
            "name": "days_until_needed",
            "type": "integer",
            "range": [-36500, 36500],
            "unit": "days",
            "question": "By which date does the customer need the service or part?",
            "asked_of": "Research Associate",
            "action": "determine-need-date",
            "group": None,
            "default": None,
            "derived": {"days_until": "needed_by"},
            "sources": ["OMES 04.3.1 §4.5"],
            "personal": False,
        }
    ],
    "outcomes": [
        {
            "name": "portfolios",
            "type": "choice",
            "choices": ["agency", "strategy"],
            "many": True,
            "kept": True,
        }
    ],
    "artifacts": [
        {
            "name": "continuity_plan",
            "meaning": "How the service is resumed after a disaster, and by whom",
            "sources": ["ITSPM continuity"],
        }
    ],
}

READY = {
    "status": "ready",
    "policy_revision": REVISION,
    "tables": "current",
    "rulesets": {"built": 9, "at_most": 400},
    "ticks_late_seconds": {"deliver": 0, "seal": 0, "purge-answers": 0, "housekeeping": 0},
}

PROBLEM_KIND = {
    "type": "/problems/case-moved-on",
    "title": "the case has moved on",
    "status": 412,
    "remedy": "read the case again and decide anew what to change",
}

METRICS = """\
# HELP tollgate_requests_total Requests answered
# TYPE tollgate_requests_total counter
tollgate_requests_total{method="POST",route="/api/v1/decisions",status="201"} 42.0
"""
