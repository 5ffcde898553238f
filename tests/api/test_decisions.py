"""Deciding over HTTP: the contract's shapes, repeated requests, versions, replays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from api import examples
from model.access import Role
from tests.api.calling import Calls, body_of, problem_of, refused

CONTRACT = examples.DECISION_REQUESTS["what is known so far"]
AT = "/api/v1/decisions"
NO_ID = "00000000-0000-0000-0000-000000000000"
BAD_QUERIES = [
    ("", "/case"),
    ("?case=", "/case"),
    ("?case=%00", "/case"),
    (f"?case={'x' * 201}", "/case"),
    ("?case=CRM-1&limit=0", "/limit"),
    ("?case=CRM-1&limit=-1", "/limit"),
    ("?case=CRM-1&limit=201", "/limit"),
    ("?case=CRM-1&limit=1.5", "/limit"),
    ("?case=CRM-1&limit=%D9%A3", "/limit"),
    (f"?case=CRM-1&limit={'9' * 5000}", "/limit"),
    ("?case=CRM-1&after=nonsense", "/after"),
    ("?case=CRM-1&after=-1", "/after"),
    ("?case=CRM-1&after=%00", "/after"),
    (f"?case=CRM-1&after={'9' * 300}", "/after"),
    ("?case=CRM-1&page=2", "/page"),
    ("?case=CRM-1&case=CRM-2", "/case"),
]


def test_a_decision_is_answered_as_the_contract_shows(calls_on_each: Calls) -> None:
    """The contract's request gets the contract's answer, with 201 and where to read it again."""
    answer = calls_on_each.ask("POST", AT, body=CONTRACT)
    body = body_of(answer)
    assert answer.status_code == 201
    assert answer.content_type == "application/json"
    assert answer.headers["Location"] == f"{AT}/{body['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(body) == list(examples.DECISION)
    assert body["case"] == {"ref": "CRM-1042", "version": 1}
    assert (body["stage"], body["status"]) == ("analysis", "awaiting_facts")
    assert body["outcome"] == examples.DECISION["outcome"]
    needed = [need["fact"] for need in body["needs"]]
    assert needed == ["existing_service_fits", "part_addition_fits"]
    assert body["policy_revision"].startswith("sha256:")
    assert body["decided_at"] == "2026-11-22T12:00:00.000Z"


def test_facts_are_merged_into_those_held(calls: Calls) -> None:
    """A second request need only say what is new; `null` forgets a fact again."""
    assert calls.decided(facts={"in_catalog": False, "need_or_want": "need"})["stage"] == "analysis"
    fits = calls.decided(facts={"existing_service_fits": True})
    assert fits["outcome"]["action"] == "use-existing-service"
    assert fits["outcome"]["final"] is True
    forgotten = calls.decided(facts={"in_catalog": None})
    assert [need["fact"] for need in forgotten["needs"]] == ["in_catalog"]
    assert forgotten["case"]["version"] == 3


def test_a_policy_can_be_asked_for_alone(calls: Calls) -> None:
    """`decision` may name any policy."""
    alone = calls.decided(facts={"days_until_needed": 91}, also={"decision": "expedite"})
    assert alone["decision"] == "expedite"
    assert [reason["rule"] for reason in alone["because"]] == ["not-needed-soon"]


def test_as_of_picks_the_day_that_days_are_counted_from(calls: Calls) -> None:
    """The same date is soon on one day and not on another."""
    rules = []
    for day in ("2026-11-21", "2026-11-22"):
        also = {"decision": "expedite", "as_of": day}
        body = calls.decided(facts={"needed_by": "2027-02-20"}, also=also)
        rules.append(body["because"][0]["rule"])
    assert rules == ["not-needed-soon", "submit-research"]


def test_today_is_the_day_in_the_services_time_zone(calls: Calls) -> None:
    """Without `as_of`, days are counted from the calendar day where the service is."""
    calls.clock.advance(hours=11, minutes=59)
    calls.decided(facts={"days_until_needed": 1})
    assert body_of(calls.get("/api/v1/cases/CRM-1"))["facts"]["needed_by"]["value"] == "2026-11-23"


def test_the_same_request_under_the_same_key_is_done_once(calls_on_each: Calls) -> None:
    """A request that is sent again gets the same text, and the case stays as it is."""
    headers = {"Idempotency-Key": "a-key"}
    first = calls_on_each.decide(facts={"in_catalog": False}, headers=headers)
    calls_on_each.clock.advance(days=29)
    again = calls_on_each.decide(facts={"in_catalog": False}, headers=headers)
    assert again.status_code == first.status_code == 201
    assert again.get_data() == first.get_data()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert body_of(calls_on_each.get("/api/v1/cases/CRM-1"))["version"] == 1


def test_a_request_written_anew_is_the_same_request(calls: Calls) -> None:
    """Order and spacing of members make no other request of it."""
    headers = {"Idempotency-Key": "a-key"}
    one = b'{"case": {"ref": "A", "title": "B"}, "facts": {}}'
    two = b'{"facts":{},"case":{"title":"B","ref":"A"}}'
    first, again = (calls.ask("POST", AT, data=data, headers=headers) for data in (one, two))
    assert first.get_data() == again.get_data()


def test_a_key_stands_for_one_request(calls: Calls) -> None:
    """The key with another body is refused, and nothing is changed."""
    headers = {"Idempotency-Key": "a-key"}
    calls.decide(facts={"in_catalog": False}, headers=headers)
    other = calls.decide(facts={"in_catalog": True}, headers=headers)
    problem_of(other, 422, "idempotency-key-reused")
    assert body_of(calls.get("/api/v1/cases/CRM-1"))["version"] == 1


def test_keys_belong_to_the_callers_own_api_key(calls: Calls) -> None:
    """Two callers who happen to use one Idempotency-Key do not meet."""
    headers = {"Idempotency-Key": "a-key"}
    mine = calls.decide("MINE", headers=headers)
    theirs = calls.as_(Role.ADMIN).decide("THEIRS", headers=headers)
    assert theirs.status_code == 201
    assert body_of(theirs)["id"] != body_of(mine)["id"]


def test_a_key_is_forgotten_after_thirty_days(calls: Calls) -> None:
    """From then on it may stand for another request."""
    headers = {"Idempotency-Key": "a-key"}
    calls.decide(headers=headers)
    calls.clock.advance(days=30, seconds=1)
    assert "Idempotency-Replayed" not in calls.decide("CRM-2", headers=headers).headers


def test_only_good_answers_are_kept(calls: Calls) -> None:
    """A request that was refused may be mended and sent under the same key."""
    headers = {"Idempotency-Key": "a-key"}
    assert calls.decide(facts={"viabel": True}, headers=headers).status_code == 422
    assert calls.decide(facts={"viable": True}, headers=headers).status_code == 201


def test_requests_at_once_under_one_key_decide_once(calls: Calls) -> None:
    """Of many at once, each gets the one answer, or is told that it is still running."""
    headers = {"Idempotency-Key": "a-key"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: calls.as_(Role.TICKETING).decide(headers=headers),
                                range(16)))  # fmt: skip
    texts = {answer.get_data() for answer in answers if answer.status_code == 201}
    assert len(texts) == 1
    for answer in answers:
        if answer.status_code != 201:
            problem_of(answer, 409, "request-still-running")
            assert int(answer.headers["Retry-After"]) > 0
    assert body_of(calls.get("/api/v1/cases/CRM-1"))["version"] == 1


def test_callers_at_once_lose_no_fact(calls_on_each: Calls) -> None:
    """Two callers on one case at the same time both leave their facts."""
    names = ["project_initiated", "part_added", "team_formed", "project_planned"] * 2
    with ThreadPoolExecutor(4) as pool:
        given = pool.map(
            lambda name: calls_on_each.as_(Role.TICKETING).decide(facts={name: True}), names
        )
        assert {answer.status_code for answer in given} == {201}
    case = body_of(calls_on_each.get("/api/v1/cases/CRM-1"))
    assert set(case["facts"]) == set(names)
    assert case["version"] == len(names)


def test_a_decision_for_a_version_that_has_passed_is_refused(calls: Calls) -> None:
    """`if_version` guards a case against a caller who did not see it lately."""
    calls.decided(case={"if_version": 0})
    calls.decided(case={"if_version": 1})
    stale = calls.decide(facts={"viable": True}, case={"if_version": 1})
    assert "version 2" in problem_of(stale, 412, "case-moved-on")["detail"]
    assert body_of(calls.get("/api/v1/cases/CRM-1"))["facts"] == {}


def test_a_preview_stores_nothing(calls_on_each: Calls) -> None:
    """It answers as a decision would, with 200 and no id, and the case stays unknown."""
    answer = calls_on_each.ask("POST", f"{AT}/preview", body=CONTRACT)
    body = body_of(answer)
    assert answer.status_code == 200
    assert body["id"] is None
    assert body["case"] == {"ref": "CRM-1042", "version": 0}
    problem_of(calls_on_each.get("/api/v1/cases/CRM-1042"), 404, "not-found")
    decided = body_of(calls_on_each.ask("POST", AT, body=CONTRACT))
    same = [name for name in body if name not in ("id", "case")]
    assert [body[name] for name in same] == [decided[name] for name in same]


def test_a_decision_can_be_read_again_word_for_word(calls: Calls) -> None:
    """What was answered is what is kept."""
    first = calls.decide(facts={"in_catalog": True})
    again = calls.get(first.headers["Location"])
    assert again.status_code == 200
    assert again.get_data() == first.get_data()


def test_a_decision_is_replayed_from_its_record(calls_on_each: Calls) -> None:
    """Whatever the case has become, its decision comes out the same."""
    first = calls_on_each.decided(facts={"in_catalog": False, "needed_by": "2027-01-02"})
    calls_on_each.decided(facts={"in_catalog": True})
    calls_on_each.clock.advance(days=400)
    answer = calls_on_each.ask("POST", f"{AT}/{first['id']}/replay")
    assert answer.status_code == 200
    body = {"same": True, "id": first["id"], "recorded": first, "replayed": first}
    assert body_of(answer) == body


def test_the_decisions_of_a_case_come_page_by_page(calls: Calls) -> None:
    """Newest first, every one once, whatever is decided meanwhile."""
    ids = [calls.decided()["id"] for _ in range(5)]
    calls.decided("OTHER")
    seen, after = [], ""
    while True:
        page = body_of(calls.get(f"{AT}?case=CRM-1&limit=2{after}"))
        seen += [decision["id"] for decision in page["decisions"]]
        calls.decided()
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == ids[::-1]


def test_a_query_is_read_strictly(calls_on_each: Calls) -> None:
    """A parameter that is missing, unknown, unsound or given twice is named."""
    calls_on_each.decided()
    for query, pointer in BAD_QUERIES:
        assert refused(calls_on_each.get(f"{AT}{query}"), pointer)["detail"]


def test_a_parameter_one_letter_off_is_recognized(calls: Calls) -> None:
    """The help says which one was probably meant."""
    said = refused(calls.get(f"{AT}?case=CRM-1&limits=2"), "/limits")
    assert said["help"] == "did you mean limit?"


def test_what_is_not_there_is_404(calls_on_each: Calls) -> None:
    """A decision or a case that nobody knows is a problem of its own kind."""
    for path in [f"/{NO_ID}", f"/{NO_ID}/replay", "?case=no-such-case"]:
        method = "POST" if path.endswith("replay") else "GET"
        problem_of(calls_on_each.ask(method, f"{AT}{path}"), 404, "not-found")


def test_an_id_that_cannot_be_one_is_404(calls_on_each: Calls) -> None:
    """No id, however odd, reaches the database as something that it cannot hold."""
    for id in ["%00", "a%00b", "%ED%A0%80", "x" * 65, "a b", "%F0%9F%92%A9"]:
        problem_of(calls_on_each.get(f"{AT}/{id}"), 404, "not-found")
