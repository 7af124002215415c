#!/usr/bin/env bash
# A hypervisor of a test's own: hypervisor.sh FOLDER DATA DISTRIBUTION JAVA NAME
#
# Run as the first process of new namespaces:
#   unshare --mount --net --pid --uts --fork --mount-proc --propagation private hypervisor.sh ...
# FOLDER holds all that libvirt writes, DATA becomes /var/lib/hookbridge. The machine's own libvirt, users, bridges, firewall
# and /run stay as they are, and everything ends with this process. It says "ready", and ends when its stdin does.
set -euo pipefail
folder=$1 data=$2 distribution=$3 java=$4 name=$5
hostname "$name"
mkdir -p "$folder"/{etc,etc.work,lib,lib.work,cgroup,libvirt/{etc,lib,cache,log},bin} "$data"

# Users made here are nobody else's, nor are the folders that stand only on a host with hookbridge.
mount -t overlay -o "lowerdir=/etc,upperdir=$folder/etc,workdir=$folder/etc.work" overlay /etc
mount -t overlay -o "lowerdir=/var/lib,upperdir=$folder/lib,workdir=$folder/lib.work" overlay /var/lib
mkdir -p /var/lib/hookbridge
mount --bind "$data" /var/lib/hookbridge

# On a file system as on a host, and nothing of what this machine's libvirt has.
bind() { # HERE THERE
  mkdir -p "$2"
  mount --bind "$1" "$2"
}
cp -a /etc/libvirt/. "$folder/libvirt/etc/"
rm -rf "$folder"/libvirt/etc/{hooks,qemu/*.xml,qemu/autostart,qemu/networks,lxc,storage}
mkdir -p "$folder/libvirt/etc/hooks"
bind "$folder/libvirt/etc" /etc/libvirt
bind "$folder/libvirt/lib" /var/lib/libvirt
bind "$folder/libvirt/cache" /var/cache/libvirt
bind "$folder/libvirt/log" /var/log/libvirt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/libvirt /run/lock
# Where the agent's user can read them, wherever the checkout and the JDK lie.
bind "$distribution" /run/distribution
bind "$java" /run/java

# This network's devices; the hybrid layout of control groups is one that LXC refuses.
mount --rbind /sys/fs/cgroup "$folder/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$folder/cgroup" /sys/fs/cgroup
umount /sys/fs/cgroup/unified 2>/dev/null || :
ip link set lo up

# As root, or every definition takes 40 s: /dev/kvm is root's alone and is tried as another user.
# Two hypervisors share the machine's control groups, and a guest on its way has one name in both.
printf 'user = "root"\ngroup = "root"\ncgroup_controllers = [ ]\nsecurity_driver = "none"\n' >/etc/libvirt/qemu.conf
cat >/etc/libvirt/libvirtd.conf <<END
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
listen_tls = 0
listen_tcp = 1
listen_addr = "127.0.0.1"
auth_tcp = "none"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
END
# By default libvirt asks polkit whether the agent's user may listen.
if [ -x /usr/lib/polkit-1/polkitd ] && command -v dbus-daemon >/dev/null; then
  mkdir -p /run/dbus
  dbus-daemon --system --fork
  /usr/lib/polkit-1/polkitd --no-debug >"$folder/polkit.log" 2>&1 </dev/null &
else
  echo 'auth_unix_ro = "none"' >>/etc/libvirt/libvirtd.conf
fi
sh "$distribution/libexec/layout.sh"
echo ready
# Until whoever started this is gone, however; meanwhile bash takes note of the end of what others have left behind.
read -r _ || :
