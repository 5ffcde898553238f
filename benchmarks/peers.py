"""What the product is held against over HTTP: the same route with nothing decided, and less.

gunicorn and granian serve these: `benchmarks.peers:routes()` and `benchmarks.peers:bare()`.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, jsonify, request
from sqlalchemy import insert

from api.authentication import access_to, declare
from api.decisions import decision_request
from api.idempotency import once_under
from api.json_body import read_json
from api.noun import ok
from api.service import current_service
from app import create_app
from benchmarks.plain_table import PLAIN

ANSWER = "BENCHMARK_ANSWER"
"""The variable that names the file with the constant answer."""


def routes() -> Flask:
    """Return the product with two answers made constant; all around them is the product's."""
    app = create_app()
    text = Path(os.environ[ANSWER]).read_text(encoding="utf-8")

    def constant() -> Response:
        decision_request(read_json(request))
        return ok(text)

    def one_insert() -> Response:
        service, raw = current_service(), read_json(request)
        asked = decision_request(raw)
        once_under(request, "POST /api/v1/decisions", raw)
        row = {"id": service.new_id(), "ref": asked.ref, "answer": text, "at": service.clock()}
        with service.database.transaction() as session:
            session.execute(insert(PLAIN).values(row))
        answer = ok(text, 201)
        answer.headers["Location"] = f"/api/v1/decisions/{row['id']}"
        return answer

    for endpoint, view in (("preview_decision", constant), ("decide", one_insert)):
        name = f"decisions.{endpoint}"
        access = access_to(app, name)
        assert access is not None
        app.view_functions[name] = declare(view, access)
    return app


def bare() -> Flask:
    """Return the least that takes JSON and answers JSON."""
    app = Flask("bare", static_folder=None)

    @app.post("/")
    def nothing() -> Response:
        return jsonify(got=len(request.get_json()))

    return app
