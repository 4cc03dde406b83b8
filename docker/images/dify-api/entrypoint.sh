#!/bin/bash
# STAND-IN, not Dify. MIGRATION_ENABLED=true migrates in every mode, and MODE=migration ends after it, as in Dify's image.
set -e
if [ "$MIGRATION_ENABLED" = true ]; then
  python3 -m stand_in migrate
  if [ "$MODE" = migration ]; then exit 0; fi
fi
case "$MODE" in
  worker | beat) exec python3 -m stand_in "$MODE" ;;
  *) exec python3 -m stand_in api ;;
esac
