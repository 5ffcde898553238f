"""The schemas of the rule files in the language server that editors use for YAML."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
HOME = HERE.parent.parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
RULES = sorted(
    file.relative_to(HOME).as_posix()
    for pattern in ("*.yaml", "policies/**/*.yaml")
    for file in (HOME / "rules").glob(pattern)
)


class Editor:
    """An editor that speaks to a language server as its users' editors do (LSP 3.17)."""

    def __init__(self, server: subprocess.Popen[bytes], settings: dict[str, Any]) -> None:
        self._server = server
        self._settings = settings
        self._last_id = self._version = 0
        self._diagnostics: list[dict[str, Any]] = []
        folders = [{"uri": HOME.as_uri(), "name": HOME.name}]
        capabilities = {
            "workspace": {"configuration": True, "workspaceFolders": True},
            "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
        }
        self.ask(
            "initialize",
            processId=None,
            rootUri=HOME.as_uri(),
            workspaceFolders=folders,
            capabilities=capabilities,
        )
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings=settings)

    def marks(self, path: str, text: str) -> list[tuple[int, str]]:
        """Open a file with some text; return line, from 1, and message of what is marked in it."""
        uri = (HOME / path).as_uri()
        self._version += 1  # the server keeps what it has read of a file's version
        document = {"uri": uri, "languageId": "yaml", "version": self._version, "text": text}
        self._tell("textDocument/didOpen", textDocument=document)
        return [(mark["range"]["start"]["line"] + 1, mark["message"]) for mark in self._told(uri)]

    def close(self, path: str) -> None:
        """Close a file, so that it can be opened with another text."""
        uri = (HOME / path).as_uri()
        self._tell("textDocument/didClose", textDocument={"uri": uri})
        self._told(uri)  # a closed file's marks are taken off

    def offered(self, path: str, text: str) -> list[str]:
        """Open a file with some text; return what can stand at its `█`, where the cursor is."""
        completion = self._at_cursor("textDocument/completion", path, text)
        return [item["label"] for item in completion["items"]]

    def explained(self, path: str, text: str) -> str:
        """Open a file with some text; return what is said of the word after its `█`."""
        hover = self._at_cursor("textDocument/hover", path, text)
        return str(hover["contents"]["value"])

    def ask(self, method: str, **params: object) -> Any:
        """Return the answer to a request."""
        self._last_id += 1
        asked = self._last_id
        self._send({"id": asked, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == asked and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _at_cursor(self, method: str, path: str, text: str) -> Any:
        before, after = text.split("█")
        self.marks(path, before + after)
        document = {"uri": (HOME / path).as_uri()}
        lines = before.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        answer = self.ask(method, textDocument=document, position=position)
        self.close(path)
        return answer

    def _told(self, uri: str) -> list[Any]:
        """Return what the server next says is to be marked in a file."""
        while True:
            for told in self._diagnostics:
                if told["uri"] == uri:
                    self._diagnostics.remove(told)
                    return list(told["diagnostics"])
            self._receive()

    def _tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """Return the server's next message, after having answered what it asks."""
        assert self._server.stdout
        length = 0
        while (header := self._server.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._server.stdout.read(length))
        if message.get("method") == "workspace/configuration":
            wanted = [self._setting(item["section"]) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": wanted})
        elif "method" in message and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics.append(message["params"])
        return message

    def _setting(self, section: str) -> Any:
        return self._settings.get(section)


@pytest.fixture(scope="session")
def language_server() -> Path:
    """The language server, installed when it is not there yet."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node.js is not installed: what editors make of the schemas is not tried")
    with (HERE / "package.json").open("rb") as turnstile:
        fcntl.flock(turnstile, fcntl.LOCK_EX)  # one worker installs, the others wait for it
        if not SERVER.exists():
            install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(install, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    return SERVER


@pytest.fixture(scope="module")
def editor(language_server: Path) -> Iterator[Editor]:
    """An editor set up as the repository's own settings say."""
    settings = json.loads((HOME / ".vscode" / "settings.json").read_text(encoding="utf-8"))
    yaml = {name.removeprefix("yaml."): value for name, value in settings.items()}
    yaml |= {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}
    command = ["node", str(language_server), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        yield Editor(server, {"yaml": yaml})
        server.kill()


@pytest.mark.parametrize("path", RULES)
def test_the_bundled_rule_files_are_unmarked(editor: Editor, path: str) -> None:
    """Whoever opens a rule file in an editor sees no mark on it."""
    assert editor.marks(path, (HOME / path).read_text(encoding="utf-8")) == []
    editor.close(path)


def test_an_unknown_key_is_marked(editor: Editor) -> None:
    """A key that was misspelt is marked in its line while the file is being written."""
    path = "rules/policies/intake.yaml"
    text = (HOME / path).read_text(encoding="utf-8")
    line = text[: text.index("    when:")].count("\n") + 1
    marks = editor.marks(path, text.replace("    when:", "    whem:", 1))
    editor.close(path)
    assert (line, "Property whem is not allowed.") in marks


def test_an_unknown_fact_is_marked(editor: Editor) -> None:
    """A fact that no vocabulary has is marked where it is given."""
    path = "rules/policies/intake.yaml"
    text = (HOME / path).read_text(encoding="utf-8")
    marks = editor.marks(path, text.replace("given: {in_catalog: true}", "given: {catalog: true}"))
    editor.close(path)
    assert [message for _, message in marks] == ["Property catalog is not allowed."]


def test_hit_policies_are_completed(editor: Editor) -> None:
    """Whoever writes `hit:` is offered the three of them."""
    offered = editor.offered("rules/policies/new.yaml", "policy: new\nhit: █\n")
    assert offered == ["first", "unique", "collect"]


def test_facts_are_completed(editor: Editor) -> None:
    """Whoever lists the inputs of a policy is offered the facts of the vocabulary."""
    offered = editor.offered("rules/policies/new.yaml", "policy: new\ninputs:\n  - █\n")
    assert {"in_catalog", "need_or_want", "days_until_needed"} <= set(offered)


def test_stages_are_completed(editor: Editor) -> None:
    """Whoever lists the stages of a routing is offered the policies."""
    offered = editor.offered("rules/routing.yaml", "decision: routing\nstages:\n  - █\n")
    assert {"intake", "analysis", "delivery"} <= set(offered)


def test_a_key_is_explained(editor: Editor) -> None:
    """Whoever points at a key reads what it is for."""
    explained = editor.explained("rules/policies/new.yaml", "policy: new\n█review: P1Y\n")
    assert "How often the owner looks at the policy again" in explained
