#!/bin/sh
# Install the few system packages that pip cannot bring: `venv` (Python's own venv module) or `chromium` (prints its path).
# Uses root, or sudo where that asks for nothing.
set -eu
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
get() { root apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive root apt-get install -y -qq --no-install-recommends "$@" >&2; }
found() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

case "$1" in
venv)
    get python3-venv
    ;;
chromium)
    path=$(found)
    # Ubuntu's package is a snap that does not run everywhere, so Playwright's own is the last resort.
    if [ -z "$path" ]; then get chromium fonts-liberation || true; path=$(found); fi
    if [ -z "$path" ]; then
        .venv/bin/python -m playwright install --with-deps chromium >&2 || true
        path=$(.venv/bin/python -c "from playwright.sync_api import sync_playwright as s
with s() as p: print(p.chromium.executable_path)" || true)
    fi
    echo "$path"
    ;;
esac
