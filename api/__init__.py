"""The HTTP API: JSON in, values down, JSON out."""

from __future__ import annotations

from flask import Flask

from api import blueprints
from api.service import Service
from model.database import Database
from model.settings import Settings


def register(app: Flask, settings: Settings, database: Database) -> None:
    """Let `app` serve the API."""
    blueprints.register(app, Service(database, settings))
