#!/usr/bin/env bash
# A real Odoo 19 for tests, made of Debian packages, on the loopback only.
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
# ${HOLDFAST_CACHE:-~/.cache/holdfast}/odoo-19: a debootstrap of trixie with odoo-19 alone taken from
# sid (Python 3.14 of sid breaks Odoo 19). What runs in there runs in mount namespaces of its own: no
# mount is seen outside, none outlives its processes. PostgreSQL listens on a socket inside the
# chroot, not on TCP. It runs without fsync, so after a crash of the machine the cluster is put back
# from a clean copy.
#
# Settings: ODOO_PORT (8069), ODOO_DB (holdfast, or any name that starts so), ODOO_WORKERS (0: one
# process with threads, as Odoo runs unless told otherwise; more: prefork).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
seed=$here/odoo-seed.py
catalogue=$here/../sandbox/catalogue.json
cache=${HOLDFAST_CACHE:-${HOME:-/root}/.cache/holdfast}/odoo-19
root=$cache/root
stamps=$cache/stamps
secrets=$cache/secrets
log=$cache/odoo.log
odoo_pid_file=$cache/odoo.pid
odoo_port_file=$cache/odoo.port
boot_file=$cache/running-since

port=${ODOO_PORT:-8069}
workers=${ODOO_WORKERS:-0}
db=${ODOO_DB:-holdfast}
pg_port=54329
pg_data=/var/lib/postgresql/rig
pg_clean=/var/lib/postgresql/rig-clean
base_db=rig_base
template_db=rig_template
suite=trixie
modules=sale_management,stock,sale_stock,delivery,base_automation
recipe=1 # raise it to have the chroot built anew everywhere

say() { printf 'odoo-rig: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# --- running things inside ------------------------------------------------------------------------

# enter USER COMMAND...: into the chroot, with a clean environment. Runs in a mount namespace of its own.
# shellcheck disable=SC2016 # expanded by the inner shell
enter='
  root=$1 user=$2; shift 2
  mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev" || exit 125
  exec chroot --userspec="$user" "$root" /usr/bin/env -i HOME=/tmp LANG=C.UTF-8 TZ=UTC \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive PYTZ_TZDATADIR=/usr/share/zoneinfo "$@"'
unshare=(unshare --mount --propagation private)

inside() { (exec "${unshare[@]}" bash -c "$enter" enter "$root" "$@" 9>&-); }

# leashed COMMAND...: for builds. When this script ends, however it ends, so does all that the
# command started; a later run finds nobody still at work on the same files. The first process stays
# root, because the kernel forgets the leash of one that changes its user.
leashed() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  (exec setpriv --pdeathsig KILL "${unshare[@]}" --pid --fork --kill-child --mount-proc \
    bash -c '"$@"; exit "$?"' leash "$@" 9>&-) <&0 &
  wait "$!"
}
leashed_inside() { leashed bash -c "$enter" enter "$root" "$@"; }

psql_in() { inside postgres env PGOPTIONS='-c client_min_messages=warning' psql -p "$pg_port" -XqAt -v ON_ERROR_STOP=1 "$@"; }

# ours PID: does it run in our chroot? The root folder is compared as a file, so that neither a
# reused process id nor a namespace can mislead.
ours() { [[ -n ${1:-} && -d /proc/$1 && /proc/$1/root -ef $root ]]; }

all_ours() {
  local dir
  for dir in /proc/[0-9]*; do
    if [[ $dir/root -ef $root ]]; then echo "${dir#/proc/}"; fi
  done
}

odoo_pid() {
  local pid
  pid=$(cat "$odoo_pid_file" 2>/dev/null) || return 1
  ours "$pid" && echo "$pid"
}

pg_pid() {
  local pid
  pid=$(head -n 1 "$root$pg_data/postmaster.pid" 2>/dev/null) || return 1
  ours "$pid" && echo "$pid"
}

# wait_gone TENTHS PID...
wait_gone() {
  local tenths=$1 pid left
  shift
  while ((tenths-- > 0)); do
    left=
    for pid in "$@"; do if ours "$pid"; then left=1; fi; done
    if [[ -z $left ]]; then return 0; fi
    sleep 0.1
  done
  return 1
}

# end_leftovers [NAME]: ends what still runs in the chroot, or only programs of this name
end_leftovers() {
  local pid pids=()
  for pid in $(all_ours); do
    if [[ -z ${1:-} || $(readlink "/proc/$pid/exe") == */"$1" ]]; then pids+=("$pid"); fi
  done
  if ((${#pids[@]})); then
    kill -KILL "${pids[@]}" 2>/dev/null || true
    wait_gone 50 "${pids[@]}" || die "processes do not end: ${pids[*]}"
  fi
}

# --- stages: each ends with a stamp; a stage without its stamp is made anew ------------------------

stamped() { [[ $(cat "$stamps/$1" 2>/dev/null) == "$2" ]]; }
stamp() { mkdir -p "$stamps" && printf '%s\n' "$2" >"$stamps/$1.new" && mv "$stamps/$1.new" "$stamps/$1"; }
unstamp() { local s; for s in "$@"; do rm -f "$stamps/$s"; done; }

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -qq "$@" </dev/null; }

# The mirror that this machine's apt uses: best the one for the release it runs.
mirror() {
  local codename
  # shellcheck disable=SC1091
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt's own placeholders
  apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v codename="$codename" '
      $2 ~ /debian\/?$/ { if ($1 == codename && !best) best = $2; if (!good) good = $2 }
      $1 == codename && !fair { fair = $2 }
      END { print best ? best : good ? good : fair }'
}

stage_root() {
  if stamped root "$suite $recipe"; then return; fi
  local from keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  if ! command -v debootstrap >/dev/null || [[ ! -r $keyring ]]; then
    say 'installing debootstrap'
    apt_get update || true
    apt_get install -y --no-install-recommends debootstrap debian-archive-keyring >/dev/null
  fi
  from=$(mirror)
  [[ -n $from ]] || die 'apt knows no Debian mirror (run apt-get update, look at apt-get indextargets)'
  say "debootstrap $suite"
  end_leftovers
  unstamp root packages database template
  rm -rf --one-file-system "$root"
  mkdir -p "$cache"
  leashed debootstrap --variant=minbase --keyring="$keyring" "$suite" "$root" "$from" \
    >"$cache/build.log" 2>&1 </dev/null || die "debootstrap failed, see $cache/build.log"

  printf '%s\n' "deb $from $suite main" "deb $from sid main" >"$root/etc/apt/sources.list"
  printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'Acquire::Retries "3";' \
    'APT::Install-Recommends "false";' 'APT::Keep-Downloaded-Packages "false";' >"$root/etc/apt/apt.conf.d/90rig"
  printf '%s\n' 'Package: *' 'Pin: release n=sid' 'Pin-Priority: 100' '' \
    'Package: odoo-19' 'Pin: release n=sid' 'Pin-Priority: 900' >"$root/etc/apt/preferences.d/rig"
  # Nobody minds if this chroot is lost in a crash: no fsync for each file.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/rig"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  stamp root "$suite $recipe"
}

stage_packages() {
  if stamped packages "$recipe"; then return; fi
  if [[ -e $stamps/packages.begun ]]; then
    # dpkg may have been stopped anywhere: begin with a new chroot
    unstamp root packages.begun
    stage_root
  fi
  say 'installing odoo-19 and postgresql'
  stamp packages.begun yes
  # shellcheck disable=SC2016 # expanded by the inner shell
  leashed_inside root sh -ec '
    apt-get -qq update
    apt-get -qq install -y postgresql odoo-19
    apt-get clean
    # The package makes a cluster of its own; ours lies beside it.
    pg_dropcluster --stop "$(pg_lsclusters -h | cut -d" " -f1)" main || true
  ' >>"$cache/build.log" 2>&1 </dev/null || die "installing packages failed, see $cache/build.log"
  unstamp packages.begun
  stamp packages "$recipe"
}

write_odoo_config() {
  cat >"$root/etc/odoo/rig.conf" <<END
[options]
db_port = $pg_port
db_user = odoo
data_dir = /var/lib/odoo
dbfilter = ^holdfast
list_db = False
http_interface = 127.0.0.1
max_cron_threads = 0
db_maxconn = 64
limit_memory_soft = 3221225472
limit_memory_hard = 6442450944
END
}

# base database: the modules, installed; template: base plus seed
stage_database() {
  if stamped database "$recipe $modules"; then return; fi
  say 'creating the database and installing the Odoo modules'
  stop_all
  unstamp database template
  rm -rf --one-file-system "${root:?}$pg_data" "${root:?}$pg_clean" "$root/var/lib/odoo/filestore"
  leashed_inside postgres bash -ec "
    bin=\$(echo /usr/lib/postgresql/*/bin)
    \$bin/initdb --pgdata=$pg_data --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
    cat >>$pg_data/postgresql.conf
  " >>"$cache/build.log" 2>&1 <<END || die "initdb failed, see $cache/build.log"
listen_addresses = ''
port = $pg_port
unix_socket_directories = '/run/postgresql'
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
max_connections = 200
shared_buffers = 256MB
jit = off
END
  start_postgres
  psql_in -d postgres -c 'CREATE ROLE odoo LOGIN CREATEDB' -c "CREATE DATABASE $base_db OWNER odoo TEMPLATE template0"
  write_odoo_config
  leashed_inside odoo odoo server --config=/etc/odoo/rig.conf -d "$base_db" -i "$modules" --without-demo=true --stop-after-init --no-http \
    >>"$cache/build.log" 2>&1 </dev/null || die "installing modules failed, see $cache/build.log"
  stamp database "$recipe $modules"
}

new_secret() { od -An -N20 -tx1 /dev/urandom | tr -d ' \n'; }

# Passwords and keys are made once for a machine and outlive a new template.
stage_secrets() {
  local name
  (
    umask 077
    cat "$secrets" 2>/dev/null >"$secrets.new" || true
    for name in {,billing_,admin_}{password,api_key}; do
      grep -q "^$name=" "$secrets.new" || printf '%s=%s\n' "$name" "$(new_secret)" >>"$secrets.new"
    done
  )
  mv "$secrets.new" "$secrets"
}

template_hash() {
  # a catalogue that is not there counts as an empty one
  { cat "$seed" "$secrets"; cat "$catalogue" 2>/dev/null || true; } | sha256sum | cut -d' ' -f1
}

stage_template() {
  local hash
  hash=$(template_hash)
  if stamped template "$hash"; then return; fi
  say 'seeding the template database'
  unstamp template
  start_postgres
  psql_in -d postgres -c "UPDATE pg_database SET datallowconn = true WHERE datname = '$template_db'" \
    -c "DROP DATABASE IF EXISTS $template_db WITH (FORCE)" \
    -c "CREATE DATABASE $template_db OWNER odoo TEMPLATE $base_db STRATEGY file_copy"
  copy_filestore "$base_db" "$template_db"
  write_odoo_config
  rm -f "$root/tmp/catalogue.json"
  if [[ -e $catalogue ]]; then install -m 644 "$catalogue" "$root/tmp/catalogue.json"; fi
  # shellcheck disable=SC1090
  . "$secrets"
  # shellcheck disable=SC2154 # from the secrets file
  leashed_inside odoo env RIG_PASSWORD="$password" RIG_API_KEY="$api_key" RIG_CATALOGUE=/tmp/catalogue.json \
    RIG_BILLING_PASSWORD="$billing_password" RIG_BILLING_API_KEY="$billing_api_key" \
    RIG_ADMIN_PASSWORD="$admin_password" RIG_ADMIN_API_KEY="$admin_api_key" \
    odoo shell --config=/etc/odoo/rig.conf -d "$template_db" --no-http <"$seed" >"$cache/seed.out" 2>>"$cache/build.log" ||
    die "seeding failed, see $cache/build.log"
  sed -n 's/^RIG-FACTS //p' "$cache/seed.out" >"$cache/facts.json"
  [[ -s $cache/facts.json ]] || die "seeding ended early, see $cache/build.log"
  psql_in -d postgres -c "ALTER DATABASE $template_db ALLOW_CONNECTIONS false"
  # Every working database stems from the old template.
  drop_working_databases
  keep_clean_copy
  stamp template "$hash"
}

drop_working_databases() {
  local name
  for name in $(psql_in -d postgres -c "SELECT datname FROM pg_database WHERE datname ~ '^holdfast'"); do
    psql_in -d postgres -c "DROP DATABASE \"$name\" WITH (FORCE)"
  done
}

# --- PostgreSQL -----------------------------------------------------------------------------------

pg_ctl() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  inside postgres bash -c 'exec "$(echo /usr/lib/postgresql/*/bin)"/pg_ctl "$@"' pg_ctl -D "$pg_data" "$@" >>"$cache/postgres.log" 2>&1 </dev/null
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

start_postgres() {
  local was
  if pg_pid >/dev/null; then return; fi
  install -d -o "$(stat -c %u "$root/var/lib/postgresql")" -g "$(stat -c %g "$root/var/lib/postgresql")" "$root/run/postgresql"
  rm -f "$root/run/postgresql/.s.PGSQL.$pg_port"*
  end_leftovers postgres
  was=$(cat "$boot_file" 2>/dev/null || true)
  if [[ -n $was && $was != "$(boot_id)" ]]; then
    # The machine went down under it, and without fsync nobody knows what got to the disk.
    say 'the machine was restarted without a stop'
    restore_clean_copy
  fi
  rm -f "$root$pg_data/postmaster.pid"
  boot_id >"$boot_file"
  if ! pg_ctl -w -t 60 -l "$pg_data/server.log" start; then
    say 'PostgreSQL does not start'
    restore_clean_copy
    pg_ctl -w -t 60 -l "$pg_data/server.log" start || die "PostgreSQL does not start, see $root$pg_data/server.log"
  fi
}

stop_postgres() {
  if pg_pid >/dev/null; then pg_ctl -w -t 60 -m fast stop || pg_ctl -w -t 20 -m immediate stop || true; fi
  rm -f "$boot_file"
}

keep_clean_copy() {
  stop_postgres
  rm -rf --one-file-system "${root:?}$pg_clean" "${root:?}$pg_clean.new"
  cp -a "$root$pg_data" "$root$pg_clean.new"
  sync -f "$root$pg_clean.new"
  mv "$root$pg_clean.new" "$root$pg_clean"
  start_postgres
}

restore_clean_copy() {
  if [[ -d $root$pg_clean ]]; then
    say 'putting the cluster back from its clean copy'
    rm -rf --one-file-system "${root:?}$pg_data"
    cp -a "$root$pg_clean" "$root$pg_data"
  fi
}

# --- the working database -------------------------------------------------------------------------

check_db_name() { [[ $db =~ ^holdfast[a-z0-9_]*$ ]] || die "the database's name must be holdfast or start with it: $db"; }

db_exists() { [[ $(psql_in -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'") == 1 ]]; }

# Files are named after their content and never written again, so hard links do.
copy_filestore() {
  local store=$root/var/lib/odoo/filestore
  rm -rf --one-file-system "${store:?}/$2"
  if [[ -d $store/$1 ]]; then cp -al "$store/$1" "$store/$2"; fi
}

clone_template() {
  local mark=0
  if db_exists "$db"; then
    mark=$(psql_in -d "$db" -c 'SELECT max(id) FROM orm_signaling_default' 2>/dev/null) || mark=0
  fi
  psql_in -d postgres -c "DROP DATABASE IF EXISTS $db WITH (FORCE)" \
    -c "CREATE DATABASE $db OWNER odoo TEMPLATE $template_db STRATEGY file_copy"
  copy_filestore "$template_db" "$db"
  # A running server must forget what it remembers of the database that was here. It does when the
  # newest number in these tables is not the one it saw last, so write one that it has never seen.
  psql_in -d "$db" -v mark="${mark:-0}" <<'END' >/dev/null
SELECT greatest(:mark + 1, extract(epoch FROM now())::int) AS mark \gset
SELECT format('SELECT setval(pg_get_serial_sequence(%L, ''id''), %s); INSERT INTO %I DEFAULT VALUES', tablename, :mark, tablename)
  FROM pg_tables WHERE tablename LIKE 'orm\_signaling\_%' \gexec
END
}

# --- the Odoo server ------------------------------------------------------------------------------

start_odoo() {
  local on
  if odoo_pid >/dev/null; then
    on=$(cat "$odoo_port_file" 2>/dev/null || echo "$port")
    [[ $on == "$port" ]] || die "Odoo runs on port $on already (end it with kill, then start)"
    return
  fi
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    die "port $port is taken by something that is not the rig's (set ODOO_PORT)"
  fi
  write_odoo_config
  if [[ -f $log && $(stat -c %s "$log") -gt 50000000 ]]; then mv "$log" "$log.1"; fi
  # Everything execs, so $! is the server itself; a session of its own keeps a terminal's signals away.
  (
    exec setsid "${unshare[@]}" bash -c "$enter" enter "$root" odoo \
      odoo server --config=/etc/odoo/rig.conf --http-port="$port" --gevent-port="$((port + 3))" --workers="$workers" 9>&-
  ) >>"$log" 2>&1 </dev/null &
  local pid=$!
  disown "$pid"
  # it is ours once it has entered the chroot
  until ours "$pid"; do
    [[ -d /proc/$pid ]] || die "Odoo does not start, see $log"
    sleep 0.02
  done
  echo "$pid" >"$odoo_pid_file"
  echo "$port" >"$odoo_port_file"
}

# answers: one real call as the ordinary user, which also loads the registry
answers() {
  local status
  # shellcheck disable=SC1090
  . "$secrets"
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
  status=$(
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /json/2/res.users/context_get HTTP/1.0\r\nHost: 127.0.0.1\r\nX-Odoo-Database: %s\r\nAuthorization: bearer %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}' "$db" "$api_key" >&3
    IFS= read -r -t 60 line <&3 && echo "$line"
  ) 2>/dev/null || return 1
  [[ $status == *' 200 '* ]]
}

wait_ready() {
  local end=$((SECONDS + 120))
  until answers; do
    odoo_pid >/dev/null || die "Odoo ended, see $log"
    ((SECONDS < end)) || die "Odoo does not answer, see $log"
    sleep 0.1
  done
}

# kill_odoo SIGNAL: the server and what it forked, gone when this returns
kill_odoo() {
  local pid family
  if ! pid=$(odoo_pid); then rm -f "$odoo_pid_file"; return; fi
  mapfile -t family < <(family_of "$pid")
  if [[ $1 == KILL ]]; then
    kill -KILL "${family[@]}" 2>/dev/null || true
  else
    kill "-$1" "$pid"
  fi
  wait_gone 300 "${family[@]}" || { kill -KILL "${family[@]}" 2>/dev/null || true; wait_gone 50 "${family[@]}" || die 'Odoo does not end'; }
  rm -f "$odoo_pid_file"
}

# family_of PID: it and the processes below it
family_of() {
  local child
  echo "$1"
  # shellcheck disable=SC2013 # words are wanted: process ids
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do family_of "$child"; done
}

stop_all() {
  kill_odoo TERM
  stop_postgres
  end_leftovers
}

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
  say "Odoo 19 serves database $db on 127.0.0.1:$port after ${SECONDS} s"
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
