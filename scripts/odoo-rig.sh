#!/usr/bin/env bash
# A real Odoo for tests, 19 or 14, made of Debian packages, on the loopback only.
#
#   up                build what is missing (some three minutes the first time), start, wait until it answers
#   reset             put the working database back to the seeded template, in seconds
#   kill [TERM|KILL]  end the Odoo server alone (KILL unless said); `start` brings it back
#   stop              end everything that runs in the rig
#   status            what runs; exit code 0 when Odoo answers
#   env               settings for tests, as shell: eval "$(scripts/odoo-rig.sh env)"
#   facts             what the seed made (taxes, warehouses, ...), as JSON
#   sql TEXT          ask the working database
#   log               where the server's log is
#   destroy           stop, and remove the rig's cache folder
#
# Runs as root on Debian and reaches only the mirror that apt already uses. All of it lives in
# ${HOLDFAST_CACHE:-~/.cache/holdfast}/odoo-VERSION: a debootstrap of the suite that has this Odoo, or its
# neighbour. What runs in there runs in mount namespaces of its own: no mount is seen outside, none
# outlives its processes. PostgreSQL listens on a socket inside the chroot, not on TCP, so several rigs
# live side by side. It runs without fsync, so after a crash of the machine the cluster is put back
# from a clean copy.
#
# Settings: ODOO_VERSION (19 or 14), ODOO_PORT (8069, or 8014), ODOO_DB (holdfast, or any name that starts
# so), ODOO_WORKERS (0: one process with threads, as Odoo runs unless told otherwise; more: prefork).
set -euo pipefail

version=${ODOO_VERSION:-19}
case $version in
  19)
    suite=trixie
    odoo_suite=sid # Odoo alone comes from there: its Python 3.14 breaks Odoo 19
    environment=PYTZ_TZDATADIR=/usr/share/zoneinfo # it dies at import without
    modules=sale_management,stock,sale_stock,delivery,base_automation
    default_port=8069
    no_demo=true
    live_port_option=--gevent-port
    file_copy='STRATEGY file_copy' # what older PostgreSQL always does: in tenths of the time
    last_signal='SELECT max(id) FROM orm_signaling_default'
    ;;
  14)
    suite=bullseye
    odoo_suite=
    environment=
    modules=sale_management,stock,sale_stock,delivery,base_automation,l10n_generic_coa
    default_port=8014
    no_demo=all
    live_port_option=--longpolling-port
    file_copy=
    last_signal='SELECT last_value FROM base_cache_signaling'
    ;;
  *) printf 'odoo-rig: ODOO_VERSION is 19 or 14, not %s\n' "$version" >&2; exit 2 ;;
esac
recipe=1 # raise it to have the chroot built anew everywhere

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seed=$here/odoo-seed.py
catalogue=$here/../sandbox/catalogue.json
cache=${HOLDFAST_CACHE:-${HOME:-/root}/.cache/holdfast}/odoo-$version
root=$cache/root
stamps=$cache/stamps
secrets=$cache/secrets
log=$cache/odoo.log
odoo_pid_file=$cache/odoo.pid
odoo_port_file=$cache/odoo.port
boot_file=$cache/running-since

port=${ODOO_PORT:-$default_port}
workers=${ODOO_WORKERS:-0}
db=${ODOO_DB:-holdfast}
pg_port=54329 # names the socket, no more
pg_data=/var/lib/postgresql/rig
pg_clean=/var/lib/postgresql/rig-clean
base_db=rig_base
template_db=rig_template

say() { printf 'odoo-rig: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# shellcheck source=odoo-rig/inside.sh
. "$here/odoo-rig/inside.sh"
# shellcheck source=odoo-rig/build.sh
. "$here/odoo-rig/build.sh"
# shellcheck source=odoo-rig/postgres.sh
. "$here/odoo-rig/postgres.sh"
# shellcheck source=odoo-rig/server.sh
. "$here/odoo-rig/server.sh"

# --- commands -------------------------------------------------------------------------------------

lock() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -w 900 9 || die 'another rig command holds the lock'
}

need_rig() { [[ -e $stamps/template ]] || die 'there is no rig yet: run "scripts/odoo-rig.sh up"'; }

cmd_up() {
  lock
  stage_root
  stage_packages
  stage_database
  stage_secrets
  if ! stamped template "$(template_hash)"; then kill_odoo TERM; fi
  stage_template
  start_postgres
  if ! db_exists "$db"; then clone_template; fi
  start_odoo
  wait_ready
  say "Odoo $version serves database $db on 127.0.0.1:$port after ${SECONDS} s"
}

cmd_reset() {
  lock
  need_rig
  start_postgres
  clone_template
  start_odoo
  wait_ready
}

cmd_start() {
  lock
  need_rig
  start_postgres
  if ! db_exists "$db"; then clone_template; fi
  start_odoo
  wait_ready
}

cmd_kill() {
  local signal=${1:-KILL}
  [[ $signal == TERM || $signal == KILL ]] || die 'kill TERM or kill KILL'
  lock
  kill_odoo "$signal"
}

cmd_stop() {
  lock
  stop_all
}

cmd_status() {
  local pid
  if pid=$(pg_pid); then echo "postgresql: runs, pid $pid"; else echo 'postgresql: stopped'; fi
  if pid=$(odoo_pid); then echo "odoo: runs, pid $pid"; else echo 'odoo: stopped'; return 1; fi
  if answers; then echo "answers: yes, database $db on 127.0.0.1:$port"; else echo 'answers: no'; return 1; fi
}

cmd_env() {
  need_rig
  # shellcheck disable=SC1090
  . "$secrets"
  cat <<END
export ODOO_URL=http://127.0.0.1:$port
export ODOO_DB=$db
export ODOO_LOGIN=holdfast
export ODOO_PASSWORD=$password
export ODOO_API_KEY=$api_key
export ODOO_BILLING_LOGIN=holdfast_billing
export ODOO_BILLING_PASSWORD=${billing_password:?has none yet: run "scripts/odoo-rig.sh up"}
export ODOO_BILLING_API_KEY=$billing_api_key
export ODOO_ADMIN_LOGIN=admin
export ODOO_ADMIN_PASSWORD=$admin_password
export ODOO_ADMIN_API_KEY=$admin_api_key
END
}

cmd_sql() {
  [[ $# -gt 0 ]] || die 'sql TEXT'
  psql_in -d "$db" -c "$*"
}

cmd_destroy() {
  lock
  stop_all
  rm -rf --one-file-system "$cache"
}

main() {
  local command=${1:-}
  [[ -n $command ]] && shift
  case $command in
    env) cmd_env; return ;;
    log) echo "$log"; return ;;
    facts) need_rig; cat "$cache/facts.json"; return ;;
  esac
  [[ $EUID -eq 0 ]] || die 'needs root (it makes a chroot)'
  check_db_name
  case $command in
    up) cmd_up ;;
    reset) cmd_reset ;;
    start) cmd_start ;;
    kill) cmd_kill "$@" ;;
    stop) cmd_stop ;;
    status) cmd_status ;;
    sql) cmd_sql "$@" ;;
    destroy) cmd_destroy ;;
    *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
}

main "$@"
