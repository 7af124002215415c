#!/usr/bin/env bash
# machine.sh IMAGE FOLDER PORT apparmor|enforcing|permissive [BROKER]: runs a host of an image that image.sh made.
# FOLDER holds its disk, its console and its pid files. ssh answers on 127.0.0.1:PORT. Inside, 10.0.2.100:5672 is
# 127.0.0.1:BROKER; there is no other way out. It reads words from stdin: "cut" is a power failure and the start after
# it: what the host has written but not flushed is lost, as in the volatile cache of a disk. It ends when its stdin
# does. Needs qemu-system-x86 and nbdkit.
set -euo pipefail
image=$1 folder=$2 port=$3 security=$4 broker=${5:-}
case $security in
  apparmor) security="apparmor=1 security=apparmor" ;;
  enforcing) security="selinux=1 security=selinux enforcing=1" ;;
  permissive) security="selinux=1 security=selinux enforcing=0" ;;
esac
[ -e "$folder/disk.raw" ] || cp --sparse=always "$image/root.raw" "$folder/disk.raw"
accelerator=tcg,thread=multi,tb-size=512 cpu=max
if [ -n "${HOOKBRIDGE_HOSTS_KVM:-}" ]; then accelerator=kvm cpu=host; fi
network=user,id=n,restrict=on,hostfwd=tcp:127.0.0.1:$port-:22
[ -z "$broker" ] || network="$network,guestfwd=tcp:10.0.2.100:5672-cmd:nc 127.0.0.1 $broker"

start() {
  rm -f "$folder/disk.sock"
  # A write goes to the file when the host flushes it, not before.
  TMPDIR=$folder nbdkit --foreground --unix "$folder/disk.sock" --filter=cache file "$folder/disk.raw" \
    cache=writeback </dev/null >>"$folder/nbdkit.log" 2>&1 &
  disk=$!
  for _ in $(seq 200); do
    [ ! -S "$folder/disk.sock" ] || break
    sleep 0.05
  done
  qemu-system-x86_64 -accel "$accelerator" -cpu "$cpu" -smp 2 -m 3072 -machine q35,usb=off,vmport=off \
    -nodefaults -no-user-config -display none -serial "file:$folder/console" \
    -kernel "$image/vmlinuz" -initrd "$image/initrd" \
    -append "root=/dev/vda rw console=ttyS0 mitigations=off random.trust_cpu=on panic=-1 $security" \
    -drive "file=nbd+unix:///?socket=$folder/disk.sock,format=raw,if=virtio,cache=writeback" \
    -netdev "$network" -device virtio-net-pci,netdev=n,romfile= -device virtio-rng-pci \
    </dev/null >>"$folder/qemu.log" 2>&1 &
  machine=$!
}
stop() {
  kill -KILL "$machine" "$disk" 2>/dev/null || :
  wait "$machine" "$disk" 2>/dev/null || :
}
trap stop EXIT
start
echo ready
while read -r word; do
  [ "$word" = cut ] || continue
  stop
  start
  echo ready
done
