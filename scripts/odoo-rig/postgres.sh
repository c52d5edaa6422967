# shellcheck shell=bash
# PostgreSQL in the chroot, and the databases in it.

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
    mark=$(psql_in -d "$db" -c "$last_signal" 2>/dev/null) || mark=0
  fi
  psql_in -d postgres -c "DROP DATABASE IF EXISTS $db WITH (FORCE)" \
    -c "CREATE DATABASE $db OWNER odoo TEMPLATE $template_db $file_copy"
  copy_filestore "$template_db" "$db"
  # A running server must forget what it remembers of the database that was here. It does when the
  # newest number in these tables or sequences is not the one it saw last, so write one that it has never seen.
  psql_in -d "$db" -v mark="${mark:-0}" <<'END' >/dev/null
SELECT greatest(:mark + 1, extract(epoch FROM now())::int) AS mark \gset
SELECT format('SELECT setval(pg_get_serial_sequence(%L, ''id''), %s); INSERT INTO %I DEFAULT VALUES', tablename, :mark, tablename)
  FROM pg_tables WHERE tablename LIKE 'orm\_signaling\_%' \gexec
SELECT setval(format('%I', relname)::regclass, :mark)
  FROM pg_class WHERE relkind = 'S' AND relname IN ('base_registry_signaling', 'base_cache_signaling');
END
}
