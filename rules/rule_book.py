"""A rule book: every rule file of one revision, parsed, checked and ready to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from rules.chain import Chain
from rules.compiled_policy import REMEMBERED, CompiledPolicy
from rules.decision import Decision
from rules.errors import RuleFilesRefused, UnknownRecord
from rules.policy import Policy, Routing
from rules.policy_checks import check_last_stage, check_policy, check_stages_before
from rules.policy_reader import POLICY_KEYS, read_policy
from rules.problems import NEWER, Findings, Problem
from rules.reading import section_of
from rules.review_rules import ReviewRules
from rules.reviews_reader import REVIEWS_KEYS, read_review_rules
from rules.routing_reader import ROUTING_KEYS, ROUTING_REQUIRED, read_routing
from rules.sources import Sources, read_sources
from rules.spelling import did_you_mean
from rules.vocabulary import ALWAYS_ANSWERED, Facts, Vocabulary
from rules.vocabulary_reader import read_vocabulary
from rules.yaml_tree import Node, parse

RuleFiles = Mapping[str, str]
"""Rule files by their path below the rules folder, with `/`: the text itself."""

VOCABULARY, SOURCES, ROUTING = "vocabulary.yaml", "sources.yaml", "routing.yaml"
REVIEWS = "reviews.yaml"
POLICIES = "policies/"


class RuleBook:
    """What one revision of the rule files decides."""

    def __init__(
        self,
        files: RuleFiles,
        vocabulary: Vocabulary,
        sources: Sources,
        policies: Mapping[str, Policy],
        routings: Mapping[str, Routing],
        reviews: ReviewRules,
        remembered: int = REMEMBERED,
        overlooked: Sequence[Problem] = (),
    ) -> None:
        self.files = MappingProxyType(dict(files))
        self.revision = revision_of(files)
        self.vocabulary = vocabulary
        self.sources = sources
        self.policies = MappingProxyType(dict(policies))
        self.routings = MappingProxyType(dict(routings))
        self.reviews = reviews
        self.overlooked = tuple(overlooked)
        self.decisions = (*routings, *policies)
        compiled = {
            name: CompiledPolicy(each, vocabulary, remembered) for name, each in policies.items()
        }
        ways = {name: (*policy.after, name) for name, policy in policies.items()}
        ways |= {name: routing.stages for name, routing in routings.items()}
        self._chains = {
            name: Chain(name, tuple(compiled[stage] for stage in way), _shown(name, way, self))
            for name, way in ways.items()
        }

    def decide(self, decision: str, held: Facts, as_of: date) -> Decision:
        """Decide a case on the facts held of it, by the rules and parameters of a day.

        Raises:
            UnknownRecord: there is no such decision.
            InferenceNotConfirmed, NoRuleApplies, RulesConflict: no right answer can be given.
        """
        return self._chain(decision).decide(held, as_of)

    def next_turning_day(self, decision: str, held: Facts, as_of: date) -> date | None:
        """Return the first day after `as_of` on which the same facts may be decided otherwise.

        Raises:
            UnknownRecord: there is no such decision.
        """
        return self._chain(decision).next_turning_day(held, as_of)

    def _chain(self, decision: str) -> Chain:
        chain = self._chains.get(decision)
        if chain is None:
            hint = did_you_mean(decision, self.decisions)
            raise UnknownRecord(
                f"there is no decision `{decision}`" + (f"; {hint}" if hint else "")
            )
        return chain


def _shown(name: str, way: tuple[str, ...], book: RuleBook) -> Vocabulary:
    """Return the vocabulary with the outcomes that the answers of a decision show.

    They are those that its own stages can set, or that say who is asked; a stage of a routing
    answers as the routing does.
    """
    for routing in book.routings.values():
        way = routing.stages if name in routing.stages else way
    stages = [book.policies[stage] for stage in way]
    shown = {output for stage in stages for output in stage.outputs}
    asked = [book.vocabulary.facts[name] for stage in stages for name in stage.inputs]
    grouped = ["group"] if any(fact.group for fact in asked) else []
    return book.vocabulary.with_outcomes((*ALWAYS_ANSWERED, *grouped, *shown))


def revision_of(files: RuleFiles) -> str:
    """Return the name of these files' contents: `sha256:` and 64 hexadecimal digits."""
    digest = sha256()
    for path in sorted(files):
        for part in (path, files[path]):
            encoded = part.encode("utf-8")
            digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return f"sha256:{digest.hexdigest()}"


def read_files(folder: Path) -> RuleFiles:
    """Return the rule files below a folder.

    Raises:
        RuleFilesRefused: a file is not UTF-8, or cannot be read.
    """
    findings = Findings()
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        if name not in (VOCABULARY, SOURCES, ROUTING, REVIEWS) and not name.startswith(POLICIES):
            continue
        try:
            files[name] = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"byte {error.start + 1} of this file is not UTF-8"
            findings.add_for_file(name, "not-utf-8", message, "save the file as UTF-8")
        except OSError as error:
            findings.add_for_file(name, "unreadable", f"cannot be read: {error.strerror}")
    if findings:
        raise RuleFilesRefused(findings.sorted())
    return files


def load(files: RuleFiles, remembered: int = REMEMBERED, *, published: bool = False) -> RuleBook:
    """Return the rule book of these files.

    `remembered`: how many stage decisions each policy keeps in mind; 0 decides each case anew.
    `published`: they were once, and stay readable: what was not refused then is no reason to
    refuse them now, but `overlooked`.

    Raises:
        RuleFilesRefused: with every problem of every file, sorted by place.
    """
    findings = Findings(NEWER if published else frozenset())
    book = _Loader(files, findings, remembered).book()
    if findings or book is None:
        raise RuleFilesRefused(findings.sorted())
    return book


class _Loader:
    """Reads the files in the order in which they need each other."""

    def __init__(self, files: RuleFiles, findings: Findings, remembered: int) -> None:
        self._files = files
        self._findings = findings
        self._remembered = remembered

    def book(self) -> RuleBook | None:
        for required in (VOCABULARY, SOURCES, ROUTING):
            if required not in self._files:
                self._findings.add_for_file(required, "missing-file", "there is no such file")
        sources_node, vocabulary_node = self._tree(SOURCES), self._tree(VOCABULARY)
        routing_node = self._tree(ROUTING)
        policy_nodes = {path: self._tree(path) for path in self._policy_paths()}
        if sources_node is None or vocabulary_node is None:
            return None
        sources = read_sources(sources_node, self._findings)
        vocabulary = read_vocabulary(vocabulary_node, sources, self._findings)
        policies = self._policies(policy_nodes, vocabulary, sources)
        routings = self._routings(routing_node, policies, vocabulary, sources)
        reviews = self._reviews(sources)
        if self._findings:
            return None
        kept, overlooked = self._remembered, self._findings.overlooked()
        return RuleBook(
            self._files, vocabulary, sources, policies, routings, reviews, kept, overlooked
        )

    def _policy_paths(self) -> list[str]:
        return [path for path in sorted(self._files) if path.startswith(POLICIES)]

    def _tree(self, path: str) -> Node | None:
        return parse(path, self._files[path], self._findings) if path in self._files else None

    def _policies(
        self, nodes: Mapping[str, Node | None], vocabulary: Vocabulary, sources: Sources
    ) -> dict[str, Policy]:
        policies: dict[str, Policy] = {}
        sound = not self._findings
        for node in nodes.values():
            own = Findings(self._findings.overlooks)
            policy = read_policy(node, vocabulary, sources, own) if node else None
            if policy is None or node is None:
                self._findings.extend(own)
                continue
            section = section_of(node, own, POLICY_KEYS)
            if section:
                check_policy(policy, section, vocabulary, compile_it=sound)
            self._findings.extend(own)
            if policy.name in policies:
                message = f"`{policies[policy.name].path}` is a policy `{policy.name}` too"
                self._findings.add(node.source, node.start, "duplicate-policy", message)
            policies.setdefault(policy.name, policy)
        self._check_ways(nodes, policies)
        return policies

    def _check_ways(self, nodes: Mapping[str, Node | None], policies: Mapping[str, Policy]) -> None:
        silent = Findings()  # the reader has told what is wrong with a policy's keys
        unread = self._unread(policies)
        for policy in policies.values():
            node = nodes[policy.path]
            section = section_of(node, silent, POLICY_KEYS) if node else None
            if section and policy.after:
                check_stages_before(policy, section, policies, unread, self._findings)

    def _unread(self, policies: Mapping[str, Policy]) -> list[str]:
        """A policy in a file that cannot be read may well be there: it is not called unknown."""
        read = {policy.path for policy in policies.values()}
        return [Path(path).stem for path in self._policy_paths() if path not in read]

    def _reviews(self, sources: Sources) -> ReviewRules:
        node = self._tree(REVIEWS)
        section = section_of(node, self._findings, REVIEWS_KEYS) if node else None
        return read_review_rules(section, sources) if section else ReviewRules()

    def _routings(
        self,
        node: Node | None,
        policies: dict[str, Policy],
        vocabulary: Vocabulary,
        sources: Sources,
    ) -> dict[str, Routing]:
        keys = (ROUTING_KEYS, ROUTING_REQUIRED)
        section = section_of(node, self._findings, *keys) if node else None
        if section is None:
            return {}
        names = (*policies, *self._unread(policies))
        routing = read_routing(section, vocabulary, sources, names)
        check_last_stage(routing, policies, section)
        return {routing.name: routing}
