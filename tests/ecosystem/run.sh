#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a Python test with the first Python that has the modules it needs; exit status 77 (skipped) if there is none.
# Usage: run.sh FOLDER-OF-VENV "MODULE ..." SCRIPT ARGUMENTS
set -eu
venv=$1
modules=$2
shift 2
for python in "$venv/bin/python3" python3; do
    if "$python" -c "import $(echo "$modules" | tr ' ' ,)" >/dev/null 2>&1; then
        exec "$python" -B "$@"
    fi
done
echo "SKIPPED: no Python with $modules; scripts/setup.sh test installs them into $venv"
exit 77
