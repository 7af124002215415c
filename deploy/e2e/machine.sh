#!/usr/bin/env bash
# A machine of a test's own, as this one is and with all that is installed here: machine.sh FOLDER boot|plain
#
# Run as the first process of new namespaces:
#   unshare --mount --pid --fork --kill-child --mount-proc --propagation private machine.sh ...
# All that it writes is in memory and gone with it. With "boot" systemd is its first process, with "plain" there is none, as
# in an installer's chroot. FOLDER/in becomes /root/in, the checkout /root/repository. It says "ready" when FOLDER/enter COMMAND... runs a command there,
# and ends when its stdin does.
set -euo pipefail
folder=$1 way=$2
root=$folder/memory/root
mkdir -p "$folder/memory"
# A layer of an overlay must not lie below another one.
mount -t tmpfs -o size=2g,mode=755 tmpfs "$folder/memory"
mkdir -p "$folder"/memory/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$folder/memory/upper,workdir=$folder/memory/work" overlay "$root"
mkdir -p "$root/root/in" "$root/root/repository"
cp "$folder"/in/* "$root/root/in/"
# Wherever the checkout lies; and a disk, where the test has made FOLDER/data: the mailbox refuses memory.
mount -o bind,ro "$(cd "$(dirname "$0")/../.." && pwd)" "$root/root/repository"
if [ -d "$folder/data" ]; then
  mkdir -p "$root/var/lib/hookbridge"
  mount --bind "$folder/data" "$root/var/lib/hookbridge"
fi
# Images without an init forbid packages to start anything.
rm -rf "$root"/usr/sbin/policy-rc.d "$root"/etc/libvirt/hooks "$root"/var/log/journal "$root"/var/lib/man-db/auto-update
mkdir -p "$root/etc/libvirt"
enter() { # COMMAND that goes in
  cat >"$folder/enter" <<END
#!/bin/sh
exec $1 env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \\
  DEBIAN_FRONTEND=noninteractive SYSTEMD_COLORS=0 "\$@"
END
  chmod +x "$folder/enter"
}

if [ "$way" = plain ]; then
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  enter "chroot $root"
  echo ready
  read -r _ || :
  exit 0
fi

# Control groups are the machine's: nspawn makes its own below ours, by one name everywhere, which are taken away again.
groups=() name=$(mktemp -u hookbridge-test.XXXXXX)
for top in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  [ -e "$top/cgroup.procs" ] || continue
  group=$top/$name
  mkdir "$group"
  groups+=("$group")
  echo $$ >"$group/cgroup.procs"
done
leave() {
  [ -z "${container:-}" ] || kill -KILL "$container" "$first" 2>/dev/null || :
  wait 2>/dev/null || :
  for group in "${groups[@]}"; do echo $$ >"$(dirname "$group")/cgroup.procs"; done
  for _ in $(seq 200); do
    left=
    for group in "${groups[@]}"; do
      [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
    done
    [ -n "$left" ] || break
    sleep 0.1
  done
}
trap leave EXIT

: >"$root/etc/machine-id"
# Nothing of what else is installed here is started, and no socket of it starts something.
rm -f "$root"/etc/systemd/system/sockets.target.wants/*virt*
cat >"$root/etc/systemd/system/test.target" <<'UNIT'
[Unit]
Requires=basic.target
After=basic.target
AllowIsolate=yes
UNIT
systemd-nspawn --quiet --register=no --keep-unit --private-network --console=pipe --directory "$root" \
  --boot systemd.unit=test.target </dev/null >"$folder/console" 2>&1 &
container=$!
first=
for _ in $(seq 600); do
  read -r -a children 2>/dev/null <"/proc/$container/task/$container/children" || :
  for child in ${children[@]+"${children[@]}"}; do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" != systemd ] || first=$child
  done
  [ -z "$first" ] || break
  sleep 0.1
done
enter "nsenter --target $first --all --wd"
for _ in $(seq 600); do
  "$folder/enter" systemctl --quiet is-active test.target 2>/dev/null && break
  sleep 0.1
done
echo ready
read -r _ || :
