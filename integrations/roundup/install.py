"""Add Tollgate to a Roundup tracker made from the classic template, or one that is like it."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent
CHANGE_NOTE = '<tr tal:condition="context/is_edit_ok">\n <th i18n:translate="">Change Note</th>'


def install(tracker: Path, url: str, key: str) -> list[str]:
    """Put the detector, the properties, the form and the settings in; return what was done.

    What is already there stays as it is, so that installing again does no harm.
    """
    shutil.copy(HERE / "tollgate.py", tracker / "detectors" / "tollgate.py")
    settings = (HERE / "add-to-detectors-config.ini").read_text(encoding="utf-8")
    settings = settings.replace("http://127.0.0.1:8000", url.rstrip("/").replace("%", "%%"))
    settings = settings.replace("put-the-key-here", key.replace("%", "%%"))
    return [
        "detectors/tollgate.py: copied",
        append(tracker, "schema.py", (HERE / "add-to-schema.txt").read_text(encoding="utf-8")),
        append(tracker, "detectors/config.ini", settings),
        add_to_form(tracker),
    ]


def append(tracker: Path, name: str, addition: str) -> str:
    """Put `addition` at the end of a file of the tracker, once."""
    file = tracker / name
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if "tollgate" in text:
        return f"{name}: speaks of Tollgate already, left as it is"
    file.write_text(text + addition, encoding="utf-8")
    return f"{name}: extended"


def add_to_form(tracker: Path) -> str:
    """Put the facts and the answer onto the page of an issue, once, above the change note."""
    name = "html/issue.item.html"
    text = (tracker / name).read_text(encoding="utf-8")
    if "tollgate" in text:
        return f"{name}: speaks of Tollgate already, left as it is"
    if CHANGE_NOTE not in text:
        return f"{name}: not as in the classic template, paste add-to-issue-item.html by hand"
    rows = (HERE / "add-to-issue-item.html").read_text(encoding="utf-8")
    (tracker / name).write_text(text.replace(CHANGE_NOTE, rows + CHANGE_NOTE), encoding="utf-8")
    return f"{name}: extended"


def main() -> None:
    """Read the command line and the key, install, and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__, epilog="the key comes in TOLLGATE_KEY")
    parser.add_argument("tracker", type=Path, help="the tracker's home directory")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where Tollgate answers")
    arguments = parser.parse_args()
    if not (arguments.tracker / "schema.py").exists():
        parser.error(f"`{arguments.tracker}` is not the home of a tracker: it has no schema.py")
    key = os.environ.get("TOLLGATE_KEY", "put-the-key-here")
    print("\n".join(install(arguments.tracker, arguments.url, key)))


if __name__ == "__main__":
    main()
