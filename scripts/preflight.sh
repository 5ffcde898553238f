#!/bin/sh
# Says in one line what to install when something that an installation needs is missing.
# Usage: scripts/preflight.sh [PYTHON]
python=${1:-python3}

if ! command -v "$python" >/dev/null 2>&1; then
    echo "tollgate needs Python 3.11 or newer and found no \`$python\`; on Debian or Ubuntu:" \
        "apt-get install python3 python3-venv python3-dev gcc" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "tollgate needs Python 3.11 or newer and \`$python\` is $("$python" -V 2>&1);" \
        "name a newer one: make PYTHON=python3.11" >&2
    exit 1
fi

missing='' packages=''
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    missing="$missing, Python's venv" packages="$packages python3-venv"
fi
compiler=${CC:-gcc}
if ! command -v "${compiler%% *}" >/dev/null 2>&1; then
    missing="$missing, a C compiler (gcc)" packages="$packages gcc libc6-dev"
fi
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
if [ ! -f "$headers/Python.h" ]; then
    missing="$missing, Python's headers (Python.h)" packages="$packages python3-dev"
fi
if [ -n "$missing" ]; then
    echo "tollgate is missing ${missing#, }; on Debian or Ubuntu: apt-get install$packages" >&2
    exit 1
fi
