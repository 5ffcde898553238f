"""zen-engine's side: decision tables as JSON Decision Models, and the engine that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import zen

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: a unary test for each fact that it tests, and what it says."""

    tests: Mapping[str, str]
    says: Mapping[str, object]


def table(rows: Sequence[Row]) -> dict[str, Any]:
    """Return a graph of one decision table, in which the first row that matches counts."""
    facts = dict.fromkeys(fact for row in rows for fact in row.tests)
    names = dict.fromkeys(name for row in rows for name in row.says)
    inputs = [_column(f"i{number}", fact) for number, fact in enumerate(facts)]
    outputs = [_column(f"o{number}", name) for number, name in enumerate(names)]
    rules = [
        {"_id": f"r{number}"}
        | {column["id"]: row.tests.get(column["field"], "") for column in inputs}
        | {column["id"]: _literal(row, column["field"]) for column in outputs}
        for number, row in enumerate(rows)
    ]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        _node("in", "inputNode"),
        {**_node("table", "decisionTableNode"), "content": content},
        _node("out", "outputNode"),
    ]
    return {"nodes": nodes, "edges": [_edge("in", "table"), _edge("table", "out")]}


def evaluator(graph: Mapping[str, Any]) -> Callable[[Context], dict[str, Any]]:
    """Return the fastest way to zen's answer: a static loader, a key, synchronous."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"table": dict(graph)}}})

    def evaluate(context: Context) -> dict[str, Any]:
        return engine.evaluate("table", context)["result"]  # type: ignore[arg-type]

    return evaluate


def _column(id: str, field: str) -> dict[str, str]:
    return {"id": id, "name": field, "field": field}


def _literal(row: Row, name: str) -> str:
    return json.dumps(row.says[name]) if name in row.says else ""


def _node(id: str, kind: str) -> dict[str, Any]:
    return {"id": id, "type": kind, "name": id, "position": {"x": 0, "y": 0}}


def _edge(source: str, target: str) -> dict[str, str]:
    return {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
