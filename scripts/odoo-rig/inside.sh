# shellcheck shell=bash
# Running things in the chroot, and finding what runs there.

# enter USER COMMAND...: into the chroot, with a clean environment. Runs in a mount namespace of its own.
# shellcheck disable=SC2016 # expanded by the inner shell
enter='
  root=$1 user=$2; shift 2
  mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev" || exit 125
  exec chroot --userspec="$user" "$root" /usr/bin/env -i HOME=/tmp LANG=C.UTF-8 TZ=UTC \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive '"$environment"' "$@"'
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
