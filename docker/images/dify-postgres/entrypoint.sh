#!/bin/bash
# Starts PostgreSQL as uid 999; makes a new database in PGDATA first if there is none.
set -euo pipefail

fail() {
  echo "dify-postgres: $*" >&2
  exit 1
}

# NAME from the file that NAME_FILE names.
from_file() {
  local file="${1}_FILE"
  [ -n "${!file:-}" ] || return 0
  [ -z "${!1:-}" ] || fail "$1 and $file are both set; set one"
  [ -r "${!file}" ] || fail "$file names ${!file}, which cannot be read"
  export "$1=$(< "${!file}")"
  unset "$file"
}

take_over() {
  install -d -m 0700 "$PGDATA"
  find "$PGDATA" /var/run/postgresql ! -user postgres -exec chown postgres:postgres {} +
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case "$script" in
      *.sh) echo "dify-postgres: running $script" && bash "$script" ;;
      *.sql) echo "dify-postgres: running $script" && psql -f "$script" ;;
      *) echo "dify-postgres: ignoring $script: its name ends neither in .sh nor in .sql" ;;
    esac
  done
}

psql() { command psql -X -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" "$@"; }

# Listens on its socket only until all scripts have run: nobody sees half a database.
initialise() {
  [ -n "${POSTGRES_PASSWORD:-}" ] || fail "there is no database in $PGDATA; set POSTGRES_PASSWORD_FILE to make one"
  # shellcheck disable=SC2086 # several arguments
  initdb --username "$POSTGRES_USER" --pwfile=/dev/stdin --auth-local=trust --auth-host=scram-sha-256 \
    --set "listen_addresses=*" ${POSTGRES_INITDB_ARGS:-} <<< "$POSTGRES_PASSWORD"
  touch "$UNFINISHED"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  pg_ctl -w start -o "-c listen_addresses=''"
  if [ "$POSTGRES_DB" != postgres ]; then
    POSTGRES_DB=postgres psql --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db"'
  fi
  run_scripts
  pg_ctl -w -m fast stop
  rm "$UNFINISHED"
}

case "${1:--}" in
  postgres) ;;
  -*) set -- postgres "$@" ;;
  *) exec "$@" ;;
esac
for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB; do from_file "$name"; done
export POSTGRES_USER="${POSTGRES_USER:-postgres}"
export POSTGRES_DB="${POSTGRES_DB:-$POSTGRES_USER}"
if [ "$(id -u)" = 0 ]; then
  take_over
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi

UNFINISHED="$PGDATA/initialisation-unfinished"
if [ -e "$UNFINISHED" ]; then fail "making the database in $PGDATA was interrupted before anybody used it; remove this directory"; fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise; fi
unset POSTGRES_PASSWORD
exec "$@"
