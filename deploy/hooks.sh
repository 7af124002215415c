#!/bin/sh
# hooks.sh upgrade|remove [FOLDER]: replaces or removes the hooks of hookbridge that are installed below FOLDER (default
# /etc/libvirt/hooks), as 'hookbridge hooks' does, without Java: for the scripts of the packages, which must work where
# Java is missing or may not run. Other scripts stay as they are. Exits 1 when a hook stays, and says which and why.
set -u
case ${1-} in
  upgrade | remove) ;;
  *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
hooks=$(readlink -m "${2:-/etc/libvirt/hooks}")
new=$(dirname "$(readlink -f "$0")")/hookbridge-hook
failed=0
say() { echo "hookbridge: $*" >&2; }
stays() { say "$*"; failed=1; }

# A hook is recognised by its content: an ELF program that holds the answer of its own self-test. It need not be run.
is_ours() {
  [ -f "$1" ] && [ "$(head -c 4 "$1" | tr -d '\177')" = ELF ] &&
    LC_ALL=C grep -aqE 'hookbridge-hook [!-9;-~]{1,64}: ok' "$1"
}

# libvirt lists a driver's scripts and then runs them one after the other. A script that is missing when its turn comes
# has failed, and libvirt kills the guest. A daemon that starts calls reconnect for each guest.
runs_a_hook() { LC_ALL=C grep -lzsq "^$hooks/" /proc/[0-9]*/cmdline; }
a_daemon_starts() {
  cat /proc/[0-9]*/stat 2>/dev/null | awk -v now="$(cut -d ' ' -f 1 /proc/uptime)" -v tick="$(getconf CLK_TCK || echo 100)" '
    match($0, /\((libvirtd|virt[a-z]+d)\) /) {
      split(substr($0, RSTART + RLENGTH), field, " ")
      if (now - field[20] / tick < 3) found = 1
    }
    END { exit !found }'
}
await_quiet() {
  tries=200
  while runs_a_hook || a_daemon_starts; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

remove() { # SLOT
  await_quiet || {
    stays "$1 stays: hooks have been running for 10 s, try again when fewer guests change"
    return
  }
  rm -f "$1" || { stays "$1 stays: it cannot be removed"; return; }
  folder=$(dirname "$1")
  sync "$folder"
  # An install may have made it.
  if [ "$folder" != "$hooks" ] && [ ! -L "$folder" ] && rmdir "$folder" 2>/dev/null; then
    sync "$hooks"
  fi
}

copy=$hooks/.hookbridge-hook.$$
trap 'rm -f "$copy"' EXIT
trap 'exit 1' INT TERM
upgrade() { # SLOT: replaces it by one rename. One that was made not executable stays so.
  ! cmp -s "$new" "$1" || return 0
  if ! { (umask 077 && cp "$new" "$copy") && chmod 0755 "$copy"; }; then
    stays "$1 stays as it is: $copy cannot be written"
    return
  fi
  # The label that the policy has for the slot, not the one for this name.
  if [ -e /sys/fs/selinux/enforce ] && ! chcon "$(matchpathcon -n "$1")" "$copy"; then
    stays "$1 stays as it is: the new hook cannot be labelled as the policy says"
    return
  fi
  case $("$copy" --self-test 2>&1) in
    'hookbridge-hook '*': ok') ;;
    *) stays "$1 stays as it is: the new hook fails its self-test in $hooks"; return ;;
  esac
  [ -x "$1" ] || chmod a-x "$copy"
  sync "$copy" && mv -fT "$copy" "$1" && sync "$(dirname "$1")" || stays "$1 stays as it is: it cannot be replaced"
}

rm -f "$hooks"/.hookbridge-hook.* # of an install that was interrupted
[ "$1" = remove ] || is_ours "$new" || { say "$new is not a hook of hookbridge: install the package again"; exit 1; }
for driver in daemon qemu lxc libxl bhyve network; do
  for slot in "$hooks/$driver" "$hooks/$driver.d"/* "$hooks/$driver.d"/.[!.]*; do
    ! is_ours "$slot" || "$1" "$slot"
  done
done
exit $failed
