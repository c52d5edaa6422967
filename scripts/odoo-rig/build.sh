# shellcheck shell=bash
# Building the rig in stages: each ends with a stamp; a stage without its stamp is made anew.

stamped() { [[ $(cat "$stamps/$1" 2>/dev/null) == "$2" ]]; }
stamp() { mkdir -p "$stamps" && printf '%s\n' "$2" >"$stamps/$1.new" && mv "$stamps/$1.new" "$stamps/$1"; }
unstamp() { local s; for s in "$@"; do rm -f "$stamps/$s"; done; }

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -qq "$@" </dev/null; }

# The mirror that this machine's apt uses: best one that it uses for the rig's own suite, or for the release
# that the machine runs.
mirror() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt's own placeholders
  apt-get indextargets --format '$(RELEASE) $(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
    awk -v codename="$codename" -v suite="$suite" '
      $1 == suite && $3 == "Debian" && !exact { exact = $2 }
      $2 ~ /debian\/?$/ { if ($1 == codename && !best) best = $2; if (!good) good = $2 }
      $1 == codename && !fair { fair = $2 }
      END { print exact ? exact : best ? best : good ? good : fair }'
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
    >"$cache/build.log" 2>&1 </dev/null ||
    die "debootstrap failed, see $cache/build.log (if the mirror has no $suite any more, add one that has it to apt's sources)"

  printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'Acquire::Retries "3";' \
    'APT::Install-Recommends "false";' 'APT::Keep-Downloaded-Packages "false";' >"$root/etc/apt/apt.conf.d/90rig"
  printf 'deb %s %s main\n' "$from" "$suite" >"$root/etc/apt/sources.list"
  if [[ -n $odoo_suite ]]; then
    printf 'deb %s %s main\n' "$from" "$odoo_suite" >>"$root/etc/apt/sources.list"
    printf '%s\n' 'Package: *' "Pin: release n=$odoo_suite" 'Pin-Priority: 100' '' \
      "Package: odoo-$version" "Pin: release n=$odoo_suite" 'Pin-Priority: 900' >"$root/etc/apt/preferences.d/rig"
  fi
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
  say "installing odoo-$version and postgresql"
  stamp packages.begun yes
  # shellcheck disable=SC2016 # expanded by the inner shell
  leashed_inside root sh -ec '
    apt-get -qq update
    apt-get -qq install -y postgresql "$0"
    apt-get clean
    # The package makes a cluster of its own; ours lies beside it.
    pg_dropcluster --stop "$(pg_lsclusters -h | cut -d" " -f1)" main || true
  ' "odoo-$version" >>"$cache/build.log" 2>&1 </dev/null || die "installing packages failed, see $cache/build.log"
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
  leashed_inside odoo odoo server --config=/etc/odoo/rig.conf -d "$base_db" -i "$modules" --without-demo="$no_demo" --stop-after-init --no-http \
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
    -c "CREATE DATABASE $template_db OWNER odoo TEMPLATE $base_db $file_copy"
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
