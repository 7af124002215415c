#!/usr/bin/env bash
# image.sh: makes the disk image of a Debian 13 host with libvirt, Java, AppArmor and SELinux, and prints its folder.
# The image is kept below HOOKBRIDGE_HOSTS_CACHE (default ~/.cache/hookbridge-hosts) under the hash of this file. It is
# made again when the recipe changes; images of earlier recipes are removed. Packages come from the mirror that this
# machine uses. As root; needs mmdebstrap, e2fsprogs and openssh-client.
set -euo pipefail
suite=trixie
packages="linux-image-cloud-amd64 systemd systemd-sysv systemd-timesyncd dbus udev kmod openssh-server iproute2 procps
  zstd initramfs-tools apparmor apparmor-utils auditd libvirt-daemon-system libvirt-clients libvirt-daemon-driver-lxc
  qemu-system-x86 openjdk-25-jre-headless dnsmasq-base nftables iptables polkitd ca-certificates busybox-static
  e2fsprogs selinux-policy-default policycoreutils selinux-utils semodule-utils passwd"
cache=${HOOKBRIDGE_HOSTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hookbridge-hosts}
image=$cache/$(sha256sum "$0" | cut -c 1-16)
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ -e "$image/complete" ]; then
  echo "$image"
  exit 0
fi
find "$cache" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
mkdir -p "$image"
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -nE '0,/debian\/?( |$)/ s/^(URIs:|deb( \[[^]]*\])?) *(http[^ ]*\/debian\/?)( .*)?$/\3/p' || :)
mirror=${mirror:-http://deb.debian.org/debian}
work=$(mktemp -d "${TMPDIR:-/tmp}/hookbridge-image.XXXXXX")
trap 'umount -l "$work" 2>/dev/null; rm -rf "$work"' EXIT
mount -t tmpfs -o size=6g,mode=755 tmpfs "$work"
root=$work/root

# openjdk's configuration needs /usr/share/man.
mmdebstrap --quiet --variant=minbase --mode=root --include="$(echo $packages | tr ' ' ',')" \
  --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' "$suite" "$root" "$mirror" >&2

ssh-keygen -q -t ed25519 -N '' -C hookbridge-hosts -f "$image/key"
install -D -m 0600 "$image/key.pub" "$root/root/.ssh/authorized_keys"
echo 'UseDNS no' >>"$root/etc/ssh/sshd_config"
echo host >"$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 host.example.org host\n' >"$root/etc/hosts"
printf '/dev/vda / ext4 errors=remount-ro 0 1\n' >"$root/etc/fstab"
printf '[Match]\nType=ether\nDriver=virtio_net\n[Network]\nDHCP=ipv4\n' >"$root/etc/systemd/network/80-host.network"
mkdir -p "$root/var/log/journal"
printf 'SELINUX=permissive\nSELINUXTYPE=default\n' >"$root/etc/selinux/config" # the kernel's command line decides
systemctl --root="$root" --quiet enable systemd-networkd 2>/dev/null
systemctl --root="$root" --quiet disable systemd-networkd-wait-online apt-daily.timer apt-daily-upgrade.timer \
  systemd-timesyncd e2scrub_reap dpkg-db-backup.timer fstrim.timer 2>/dev/null || :
# QEMU without KVM makes code in memory, which Debian's policy forbids to guests.
cat >"$root/root/emulation.cil" <<'CIL'
(optional emulation (allow svirt_t self (process (execmem))))
(optional emulation_tcg (allow svirt_tcg_t self (process (execmem))))
CIL
chroot "$root" semodule -n -i /root/emulation.cil >&2
# Both labels and profiles are there; the kernel's command line says which of the two is in force.
chroot "$root" setfiles -m -F /etc/selinux/default/contexts/files/file_contexts / >&2

cp "$root"/boot/vmlinuz-* "$image/vmlinuz"
cp "$root"/boot/initrd.img-* "$image/initrd"
rm -rf "$root"/boot/* "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
mke2fs -q -t ext4 -d "$root" "$image/root.raw" 6G >&2
touch "$image/complete"
echo "$image"
