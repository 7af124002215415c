#!/bin/sh
# selinux.sh install|remove: loads or removes the SELinux policy module of hookbridge, and sets the labels of its files
# and of the installed hooks. It does nothing on a host without an SELinux policy, or when the same module is loaded.
# Run it again when SELinux is set up later.
set -u
here=$(dirname "$(readlink -f "$0")")
case ${1-} in
  install | remove) ;;
  *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
PATH=$PATH:/usr/sbin:/sbin
type=$(sed -n 's/^SELINUXTYPE=//p' /etc/selinux/config 2>/dev/null)
[ -n "$type" ] && [ -d "/etc/selinux/$type/policy" ] && command -v semodule >/dev/null || exit 0

loaded() { semodule -l 2>/dev/null | grep -qw hookbridge; }
# Loading rebuilds the whole policy. semodule before 3.4 knows no checksum, and loads it each time.
same() { semodule -lfull -m 2>/dev/null | grep -w hookbridge | grep -q "$(sha256sum <"$here/hookbridge.cil" | cut -c 1-64)"; }
case $1 in
  install) same || semodule -X 400 -i "$here/hookbridge.cil" ;;
  remove) ! loaded || semodule -X 400 -r hookbridge ;;
esac || {
  echo "hookbridge: semodule could not $1 the policy module $here/hookbridge.cil" >&2
  exit 1
}
[ -e /sys/fs/selinux/enforce ] || exit 0
for file in /usr/lib/hookbridge /var/lib/hookbridge /var/log/hookbridge /run/hookbridge /etc/libvirt/hooks; do
  [ ! -e "$file" ] || restorecon -R "$file" || :
done
