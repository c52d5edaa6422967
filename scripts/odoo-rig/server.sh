# shellcheck shell=bash
# The Odoo server.

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
      odoo server --config=/etc/odoo/rig.conf --http-port="$port" "$live_port_option=$((port + 3))" --workers="$workers" 9>&-
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

# answers: the ordinary user logs in, which also loads the registry
answers() {
  local body reply
  # shellcheck disable=SC1090
  . "$secrets"
  # shellcheck disable=SC2154 # from the secrets file
  body='{"jsonrpc":"2.0","method":"call","params":{"service":"common","method":"login","args":["'$db'","holdfast","'$api_key'"]}}'
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
  reply=$(
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /jsonrpc HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s' "${#body}" "$body" >&3
    timeout 60 cat <&3
  ) 2>/dev/null || return 1
  [[ $reply =~ \"result\":\ *[0-9] ]]
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
