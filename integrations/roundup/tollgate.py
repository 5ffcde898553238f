"""Ask Tollgate who does what next with an issue, whenever one is created or changed."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.request import Request, urlopen

from roundup.hyperdb import Boolean

TIMEOUT_SECONDS = 2  # of each wait: Roundup holds its write lock while a detector runs


def ask(db: Any, issues: Any, number: str, _old_values: object) -> None:
    """Write onto the issue what Tollgate answers, or why there is no answer yet."""
    # Takes the write lock, also where nothing was changed, and has the issue read anew under it:
    # the facts that are sent are those that the answer is written to.
    db.setnode("issue", number, {"tollgate_status": issues.get(number, "tollgate_status")})
    try:
        written = shown(answer(db, issues, number))
    except Exception as error:  # whatever goes wrong here, the ticket is kept
        refused = getattr(error, "code", None) == 422  # the ticket must change, not the service
        status = "refused" if refused else "pending"
        written = {"tollgate_status": status, "tollgate_problem": explained(error)}
    issues.set_inner(number, **written)


def answer(db: Any, issues: Any, number: str) -> dict[str, Any]:
    """Send the issue's facts, all of them each time, and return Tollgate's decision."""
    settings, issue = db.config.detectors, issues.getnode(number)
    ref = f"{settings['TOLLGATE_REF_PREFIX']}{number}"
    journal = by_people(db.getjournal("issue", number))
    by = db.user.get(journal[-1][2] if journal else issue["creator"], "username")
    title = " ".join((issue["title"] or "untitled").split())[:200]
    case = {"ref": ref, "title": title, "by": by}
    body = json.dumps({"case": case, "facts": facts(issues, issue)}).encode()
    # Asking again about the same change is the same ask, whoever asks again.
    change = f"{ref}/{len(journal)}/".encode()
    headers = {
        "Authorization": f"Bearer {settings['TOLLGATE_KEY']}",
        "Content-Type": "application/json",
        "Idempotency-Key": hashlib.sha256(change + body).hexdigest(),
    }
    request = Request(f"{settings['TOLLGATE_URL']}/api/v1/decisions", body, headers)
    with urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        return dict(json.load(response))


def facts(issues: Any, issue: Any) -> dict[str, object]:
    """Return every property `fact_…` of the issue; an empty one as null, which is not known."""
    held: dict[str, object] = {}
    for name, kind in issues.getprops().items():
        if name.startswith("fact_"):
            value = issue[name]
            if value is not None and isinstance(kind, Boolean):
                value = bool(value)  # SQLite gives 0 or 1
            elif hasattr(value, "pretty"):  # a Date
                value = value.pretty("%Y-%m-%d")
            held[name.removeprefix("fact_")] = value
    return held


def by_people(journal: list[Any]) -> list[Any]:
    """Return the entries of an issue's journal that are not only Tollgate's own, oldest first."""
    return [
        entry
        for entry in journal
        if not (entry[4] and all(name.startswith("tollgate_") for name in entry[4]))
    ]


def shown(decision: dict[str, Any]) -> dict[str, str | None]:
    """Return the decision as properties of the issue."""
    outcome = decision["outcome"]
    because = [f"{rule['label']} ({', '.join(rule['sources'])})" for rule in decision["because"]]
    because += [f"assumed: {sentence}" for sentence in decision["assumptions"]]
    needs = [
        f"{need['fact']}: {need['question']} ({', '.join([need['asked_of'], *need['sources']])})"
        + "".join(f"\n  perhaps {likely(each)}" for each in need.get("likely", []))
        for need in decision["needs"]
    ]
    return {
        "tollgate_status": decision["status"],
        "tollgate_team": outcome["assign_to"],
        "tollgate_action": outcome["action"],
        "tollgate_group": outcome["group"],
        "tollgate_copy": ", ".join([*outcome["cc"], *outcome["notify"]]),
        "tollgate_submit_to": outcome["submit_to"],
        "tollgate_reason": "\n".join(because),
        "tollgate_needs": "\n".join(needs),
        "tollgate_decision": decision["id"],
        "tollgate_problem": None,
    }


def likely(found: dict[str, Any]) -> str:
    """Return what may fit, as one writes it down: its name, its key, and the words that fit."""
    key = "/".join(found[kind] for kind in ("service", "part", "package") if found[kind])
    return f"{found['name']} ({key}): {', '.join(found['because'])}"


def explained(error: Any) -> str:
    """Return what a problem document says, field by field, or else the error's own words."""
    try:
        problem = json.load(error)
        fields = [
            ": ".join([field["pointer"].removeprefix("/facts/"), field["detail"]])
            + (f" ({field['help']})" if field.get("help") else "")
            for field in problem.get("errors", [])
        ]
        return "\n".join(fields) or str(problem["detail"])
    except Exception:  # no problem document: a refused connection, a timeout, a proxy's page
        return f"no answer from Tollgate: {getattr(error, 'reason', None) or repr(error)}"


def init(db: Any) -> None:
    """Register with Roundup, after the change is stored and before it is committed."""
    db.issue.react("create", ask)
    db.issue.react("set", ask)
