#!/usr/bin/env bash
# Runs on a hypervisor of deploy/e2e/hypervisor.sh: cycles.sh ROUNDS DISTRIBUTION OUT
# A guest with a NIC is started and destroyed in turns with no hooks, with empty ones and with hookbridge's; OUT gets lines of
# "hooks start-ms destroy-ms".
set -euo pipefail
rounds=$1 distribution=$2 out=$3 hooks=/etc/libvirt/hooks
boot=$(dirname "$out")/boot.img
# The boot sector of the end-to-end tests without its power button: it halts for good.
printf '\xfa\xf4\xeb\xfd' >"$boot"
truncate -s 510 "$boot"
printf '\x55\xaa' >>"$boot"
virtlogd -d
libvirtd --daemon --pid-file /run/libvirtd.pid
until virsh -q list >/dev/null 2>&1; do sleep 0.1; done
cat >"$out.net" <<'END'
<network><name>bench</name><bridge name='vbbench'/><ip address='192.168.213.1' netmask='255.255.255.0'/></network>
END
cat >"$out.xml" <<END
<domain type='qemu'><name>bench</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$boot'/><target dev='hda' bus='ide'/></disk>
    <controller type='usb' model='none'/><memballoon model='none'/>
    <interface type='network'><source network='bench'/><model type='virtio'/></interface></devices></domain>
END
virsh -q net-define "$out.net" >&2
virsh -q net-start bench >&2
virsh -q define "$out.xml" >&2

use() { # none|empty|hookbridge: which hooks there are, and that libvirtd knows of them
  find "$hooks" -mindepth 1 -delete
  case $1 in
    empty)
      for driver in daemon qemu network; do
        printf '#!/bin/sh\n' >"$hooks/$driver"
        chmod 755 "$hooks/$driver"
      done ;;
    hookbridge) HOOKBRIDGE_JAVA=/run/java/bin/java "$distribution/bin/hookbridge" hooks install >&2 2>/dev/null ;;
  esac
  kill -HUP "$(cat /run/libvirtd.pid)"
  sleep 0.5
}

for _ in $(seq "$rounds"); do
  for which in $(printf '%s\n' none empty hookbridge | shuf); do
    use "$which"
    for i in 0 1 2 3; do
      begun=$EPOCHREALTIME
      virsh -q start bench >&2
      started=$EPOCHREALTIME
      virsh -q destroy bench >&2
      ended=$EPOCHREALTIME
      # The first after a reload does more.
      [ "$i" = 0 ] || echo "$which $begun $started $ended" | awk '{ print $1, ($3 - $2) * 1e3, ($4 - $3) * 1e3 }' >>"$out"
    done
  done
done
