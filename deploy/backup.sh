#!/bin/sh
# One backup below the folder that is given, named by the minute; older ones than 14 days go once this one is proven.
set -eu
umask 077
command=${KHAOS_ASSETS:-/opt/khaos-assets/current/.venv/bin/khaos-assets}
into="$1/$(date -u +%Y-%m-%dT%H%MZ)"
mkdir -p "$1"
case "${KHAOS_LEDGER_URL:-}" in
postgresql://*)
    # The databases first: whatever they tell of has its files in what is copied after them
    pg_dump --format=custom --file "$into.ledger.dump.part" "$KHAOS_LEDGER_URL"
    mv "$into.ledger.dump.part" "$into.ledger.dump"
    ;;
esac
"$command" backup "$into"
"$command" restore "$into" --check
find "$1" -mindepth 1 -maxdepth 1 -name '20??-??-??T????Z*' -mtime +14 -exec rm -rf {} +
