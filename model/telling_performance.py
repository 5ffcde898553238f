"""How an agreement was kept to, as JSON: as callers read it, and as its reports keep it."""

from __future__ import annotations

from model.agreement_targets import told_target
from model.measurements import Measurement
from model.moment import rfc3339
from model.performance import Forecast, Performance, TargetPerformance


def told_performance(found: Performance) -> dict[str, object]:
    """Return how an agreement was kept to as JSON."""
    return {
        "agreement": found.agreement.id,
        "standing": found.standing.value,
        "targets": [told_target_performance(each) for each in found.targets],
    }


def told_at_a_glance(found: Performance) -> dict[str, object]:
    """Return as JSON how an agreement was kept to, without what was measured."""
    agreement = found.agreement
    return {
        "agreement": agreement.id,
        "kind": agreement.kind,
        "name": agreement.name,
        "service": agreement.service.key if agreement.service else None,
        "customer": agreement.customer,
        "standing": found.standing.value,
        "targets": [
            {
                "metric": each.target.metric,
                "standing": each.standing.value,
                "attainment": each.attainment,
                "deviation": each.deviation,
                "trend": each.trend.value if each.trend else None,
            }
            for each in found.targets
        ],
    }


def told_target_performance(found: TargetPerformance) -> dict[str, object]:
    """Return how a target was kept to as JSON."""
    return {
        **told_target(found.target),
        "standing": found.standing.value,
        "counted": found.counted,
        "attained": found.attained,
        "attainment": found.attainment,
        "deviation": found.deviation,
        "trend": found.trend.value if found.trend else None,
        "forecast": _forecast(found.forecast) if found.forecast else None,
        "timers": {"met": found.timers.met, "breached": found.timers.breached},
        "measurements": [told_measurement(each) for each in found.measurements],
    }


def _forecast(forecast: Forecast) -> dict[str, object]:
    return {
        "day": forecast.day.isoformat(),
        "value": forecast.value,
        "attained": forecast.attained,
    }


def told_measurement(row: Measurement) -> dict[str, object]:
    """Return a measurement as JSON, as it was judged when it came in."""
    return {
        "metric": row.metric,
        "day": row.day.isoformat(),
        "value": row.value,
        "comparison": row.comparison,
        "agreed": row.agreed,
        "unit": row.unit,
        "attained": row.attained,
        "deviation": row.deviation,
        "received_at": rfc3339(row.received_at),
        "by": row.by,
    }
