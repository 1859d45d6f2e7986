#!/bin/sh
# The suite as CI runs it: on SQLite with the browser journeys, then what touches the database once more on PostgreSQL.
# Ends with pytest's own closing line; says so where there is no PostgreSQL.
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin
export CHROMIUM="${CHROMIUM:-$(sh tests/install_system.sh chromium)}"
mkdir -p test-results
[ -e "$CHROMIUM" ] || { echo "No Chromium was found and none could be installed: set CHROMIUM to its path."; exit 1; }

# A file at a time, in the order that tests/conftest.py gives: what takes longest begins first, so that all workers end together.
# One worker more than there are cores: journeys wait for a browser, others for a server.
RUN="$BIN/pytest -q -n ${WORKERS:-$(($(nproc) + 1))} --dist loadfile --no-loadscope-reorder"

echo "== SQLite, with the browser journeys, the guards and small seeds of the soak"
$RUN "$@"

POSTGRES="${FRONTLINE_TEST_POSTGRES:-$($BIN/python -m tests.postgres)}"
if [ -z "$POSTGRES" ]; then
    echo "== No PostgreSQL server answers and none could be started: the suite ran on SQLite alone."
    exit 0
fi
echo "== PostgreSQL: once more what has a database (what has none is deselected)"
FRONTLINE_TEST_POSTGRES="$POSTGRES" $RUN tests/courses tests/learn tests/guards/test_migrations.py "$@"
