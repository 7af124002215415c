#!/bin/sh
# setup.sh installed|removing: what the scripts of the packages share. It asks nothing of systemd and fails only where
# the folders cannot be made: a missing archive costs half a second at the start, a hook of an older release works. What
# concerns the hooks needs no Java.
set -eu
libexec=$(dirname "$(readlink -f "$0")")
home=/usr/lib/hookbridge hooks=/etc/libvirt/hooks log=/var/log/hookbridge

case ${1-} in
  installed)
    data=$(sed -n 's/^[[:space:]]*data-dir[[:space:]]*:[[:space:]]*//p' /etc/hookbridge/shim.conf 2>/dev/null |
      sed 's/[[:space:]]#.*//; s/[[:space:]]*$//' | tail -n 1)
    sh "$libexec/layout.sh" ${data:+--data-dir "$data"}
    [ -e "$log" ] || install -d -m 0750 -o hookbridge -g hookbridge "$log"
    timeout -k 10 600 sh "$libexec/selinux.sh" install || {
      echo "hookbridge: without its policy module hooks cannot be installed under SELinux." >&2
      echo "hookbridge: correct that, then run: $libexec/selinux.sh install" >&2
    }
    timeout -k 10 120 sh "$libexec/archive.sh" "$home" || :
    timeout -k 10 120 sh "$libexec/hooks.sh" upgrade "$hooks" || {
      echo "hookbridge: the hooks in $hooks are still those of the previous version, and go on working." >&2
      echo "hookbridge: correct that, then run: $libexec/hooks.sh upgrade" >&2
    }
    ;;
  removing)
    timeout -k 10 120 sh "$libexec/hooks.sh" remove "$hooks" || {
      echo "hookbridge: the hooks in $hooks stay; without the rest they exit 0 and write into their mailbox." >&2
      echo "hookbridge: remove $hooks/*.d/50-hookbridge by hand when no guest is being started." >&2
    }
    timeout -k 10 600 sh "$libexec/selinux.sh" remove || :
    rm -f "$home/lib/hookbridge.jsa" "$home/lib/hookbridge.jsa".*
    ;;
  *)
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
    ;;
esac
