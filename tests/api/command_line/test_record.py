"""`flask record`: the record verified, sealed, exported; personal values erased."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from model.access import Caller, Role, authenticate, create_key
from model.administration import AdministrationAct
from model.database import Database
from model.deciding import DecisionRequest, Moment, answer_of, decide, replay
from model.erasing import Erasure
from model.holding_gates import GateRequest, hold_gate
from model.publishing import publish
from model.service_life import ServiceChange, make_service
from model.verifications import last_verification
from rules.rule_book import RuleFiles, read_files
from tests.api.command_line.trial import NOW, SECRET, Run, commands_on
from tests.model.recorded import attack

MOMENT = Moment(NOW, NOW.date())
FACTS = {"origin": "agency", "in_catalog": False, "need_or_want": "need"}


@pytest.fixture
def files(rules_folder: Path) -> RuleFiles:
    """The bundled rules, with the origin and the date marked as personal."""
    texts = dict(read_files(rules_folder))
    vocabulary = texts["vocabulary.yaml"]
    for name in ("origin", "needed_by"):
        vocabulary = vocabulary.replace(f"  {name}:\n", f"  {name}:\n    personal: true\n")
    return {**texts, "vocabulary.yaml": vocabulary}


@pytest.fixture
def caller(database: Database, files: RuleFiles) -> Caller:
    """A ticketing system, in a database where the rules are live."""
    with database.transaction() as session:
        publish(session, files, "Pat", NOW)
        key = create_key(session, "Roundup", [Role.TICKETING], SECRET, NOW).key
        return authenticate(session, key, SECRET, NOW)


@pytest.fixture
def decided(database: Database, caller: Caller) -> Database:
    """Three decisions of two cases."""
    for id, ref in (("d1", "CRM-1"), ("d2", "CRM-1"), ("d3", "CRM-2")):
        with database.transaction() as session:
            decide(session, DecisionRequest(ref, None, None, None, FACTS), caller, MOMENT, id)
    return database


@pytest.fixture
def on_record(decided: Database, rules_folder: Path) -> Run:
    """Runs a command on the decisions."""
    return commands_on(decided, rules_folder)


def test_a_whole_record_verifies(on_record: Run) -> None:
    """The summary says what was looked at, and that nothing is wrong."""
    assert "checkpoint 1 seals 3 decisions" in on_record("record", "seal").output
    assert "every decision is sealed already" in on_record("record", "seal").output
    verified = on_record("record", "verify")
    assert verified.exit_code == 0, verified.output
    assert "3 decisions, 2 cases, 1 checkpoint, 1 revision" in verified.output
    assert verified.output.endswith("nothing is wrong\n")


def test_each_finding_is_a_line(decided: Database, on_record: Run) -> None:
    """A record that was tampered with is named row by row, and the exit status is 1."""
    on_record("record", "seal")
    attack(decided, "UPDATE decisions SET stage = 'forged' WHERE id = 'd1'")
    attack(decided, "DELETE FROM decisions WHERE id = 'd3'")
    verified = on_record("record", "verify")
    assert verified.exit_code == 1
    assert verified.stdout.splitlines()[:3] == [
        "decision d1 (case CRM-1, version 1): altered: its content does not match its hash",
        "case CRM-2: cut off: all of its decisions are gone",
        "decision d3: removed: checkpoint 1 seals it, and it is gone",
    ]
    assert verified.output.endswith("3 findings\n")


def test_what_was_found_last_is_kept(decided: Database, on_record: Run) -> None:
    """The latest verification is what an alarm looks at."""
    on_record("record", "verify")
    attack(decided, "UPDATE decisions SET stage = 'forged' WHERE id = 'd1'")
    on_record("record", "verify")
    with decided.reading() as session:
        last = last_verification(session)
    assert last is not None
    assert (last.decisions, last.findings, last.at) == (3, 1, NOW)


def test_an_export_goes_to_a_file(on_record: Run, tmp_path: Path) -> None:
    """All of the record, or one case of it, or what was decided from a day on."""
    file = tmp_path / "record.jsonl"

    def exported(*options: str) -> list[str]:
        run = on_record("record", "export", "--output", str(file), *options)
        assert run.exit_code == 0, run.output
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return [line["row"]["id"] for line in lines if line["kind"] == "decision"]

    assert exported() == ["d1", "d2", "d3"]
    assert exported("--case", "CRM-2") == ["d3"]
    assert exported("--since", "2026-11-22") == ["d1", "d2", "d3"]
    assert exported("--since", "2026-11-23") == []
    assert '"kind": "record"' in on_record("record", "export").stdout
    unknown = on_record("record", "export", "--case", "CRM-9", "--output", str(file))
    assert unknown.exit_code == 1
    assert "there is no case `CRM-9`" in unknown.stderr
    assert exported("--case", "CRM-2") == ["d3"]


def test_an_erasure_is_asked_about_and_recorded(decided: Database, on_record: Run) -> None:
    """Who says no has erased nothing; who says yes has, and it is written who it was."""
    refused = on_record("record", "erase", "CRM-1", "--fact", "origin", input="n\n")
    assert refused.exit_code == 1
    words = ("record", "erase", "CRM-1", "--fact", "origin", "--by", "Dana")
    done = on_record(*words, input="y\n")
    assert done.exit_code == 0, done.output
    assert "erased from case CRM-1 and 2 decisions: origin" in done.output
    with decided.reading() as session:
        (erasure,) = session.scalars(select(Erasure)).all()
        assert answer_of(session, "d1").body["id"] == "d1"
        (act,) = session.scalars(select(AdministrationAct)).all()
        assert (act.act, act.on) == ("facts-erased", "{case}")
    assert (erasure.by, erasure.facts) == ("Dana", ["origin"])
    assert "facts-erased" in (listed := on_record("audit", "list").output)
    assert "CRM-1" in listed
    assert on_record("record", "verify").exit_code == 0


def test_every_personal_fact_can_be_erased_at_once(on_record: Run) -> None:
    """What is personal need not be listed; what is not personal is refused with a word."""
    done = on_record("record", "erase", "CRM-1", "--all-personal", "--yes")
    assert done.exit_code == 0, done.output
    assert "days_until_needed, needed_by, origin" in done.output
    refused = on_record("record", "erase", "CRM-1", "--fact", "in_catalog", "--yes")
    assert refused.exit_code == 1
    assert "/in_catalog: is not a personal fact" in refused.stderr
    again = on_record("record", "erase", "CRM-1", "--all-personal", "--yes").output
    assert all(not line.rstrip().endswith(":") for line in again.splitlines())
    nobody = on_record("record", "erase", "CRM-9", "--all-personal")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "CRM-9" in nobody.stderr
    for words in ((), ("--fact", "origin", "--all-personal")):
        assert on_record("record", "erase", "CRM-1", *words, "--yes").exit_code == 2


def test_a_service_is_exported_and_erased_by_its_key(
    decided: Database, caller: Caller, on_record: Run, tmp_path: Path
) -> None:
    """Its gate decisions stand in the record beside those of cases, and verify after an erasure."""
    with decided.transaction() as session:
        make_service(session, "CRM-1", ServiceChange({"name": "Mail"}), caller, MOMENT)
        request = GateRequest("CRM-1", 1, {"origin": "agency"})
        hold_gate(session, request, caller, MOMENT, "g1")
    file = tmp_path / "record.jsonl"
    words = ("record", "export", "--output", str(file), "--service", "CRM-1")
    assert on_record(*words).exit_code == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["row"]["id"] for line in lines if line["kind"] == "decision"] == ["g1"]
    assert on_record(*words, "--case", "CRM-1").exit_code == 2
    erase = ("record", "erase", "CRM-1", "--service", "--fact", "origin", "--yes")
    done = on_record(*erase)
    assert "erased from service CRM-1 and 1 decision: origin" in done.output
    assert on_record("record", "verify").exit_code == 0
    with decided.reading() as session:
        (erasure,) = session.scalars(select(Erasure)).all()
        assert replay(session, "g1").erased == ("origin",)
        assert replay(session, "d1").same
    assert erasure.facts == ["origin"]


def test_values_that_cannot_be_erased_are_told(
    decided: Database, on_record: Run, files: RuleFiles
) -> None:
    """Decisions from before a fact was personal are named, and the exit status is 1."""
    vocabulary = files["vocabulary.yaml"]
    more = vocabulary.replace("  in_catalog:\n", "  in_catalog:\n    personal: true\n")
    with decided.transaction() as session:
        publish(session, {**files, "vocabulary.yaml": more}, "Pat", NOW)
    done = on_record("record", "erase", "CRM-1", "--fact", "in_catalog", "--yes")
    assert done.exit_code == 1
    assert "still hold values: d1, d2" in done.stderr
