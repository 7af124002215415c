#!/bin/sh
# stage.sh DISTRIBUTION TARGET VERSION TIME: lays the files of the packages out below TARGET/package, each where users
# of Debian and of Red Hat's systems look for it, and packs the tar.gz. jdeb and the rpm plugin take it from there.
# All files in the archives have the TIME, so that two builds are the same.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
distribution=$1 target=$2 version=$3 time=$4
out=$target/package root=$target/package/root share=$target/package/root/usr/share
umask 022
rm -rf "$out"
rm -f "$target"/hookbridge*.deb "$target"/hookbridge*.rpm "$target"/hookbridge*.tar.gz
mkdir -p "$root/usr/bin" "$root/usr/lib/hookbridge/bin" "$root/usr/libexec/hookbridge" "$root/etc/hookbridge" "$share"

# Start-up is most of a hook's time, and glibc's is the longer one.
if grep -aqs GLIBC_TUNABLES "$distribution/libexec/hookbridge-hook"; then
  echo "stage.sh: packages need a hook that is linked with musl: install musl-tools (Debian) or musl-gcc (Fedora) and" \
    "build again, or build without packages: -Dpackages.skip=true" >&2
  exit 1
fi

put() { install -D -m "$1" "$2" "$root/$3"; } # MODE FILE WHERE

put 0755 "$distribution/bin/hookbridge" usr/lib/hookbridge/bin/hookbridge
ln -s ../lib/hookbridge/bin/hookbridge "$root/usr/bin/hookbridge"
# The archive belongs to one JVM in one folder, so each machine makes its own.
cp -a "$distribution/lib" "$root/usr/lib/hookbridge/lib"
rm -f "$root/usr/lib/hookbridge/lib/hookbridge.jsa" "$root/usr/lib/hookbridge/lib/hookbridge.jsa".*
for file in hookbridge-hook hookbridge-relay layout.sh archive.sh hooks.sh selinux.sh; do
  [ ! -e "$distribution/libexec/$file" ] || put 0755 "$distribution/libexec/$file" "usr/libexec/hookbridge/$file"
done
put 0644 "$distribution/libexec/hookbridge.cil" usr/libexec/hookbridge/hookbridge.cil
put 0755 "$here/setup.sh" usr/libexec/hookbridge/setup.sh
ln -s ../../libexec/hookbridge "$root/usr/lib/hookbridge/libexec"

# A new installation does something that can be seen, and needs no broker for it.
put 0644 "$distribution/etc/hookbridge.yaml" etc/hookbridge/hookbridge.yaml
cat >>"$root/etc/hookbridge/hookbridge.yaml" <<'YAML'

# Until a broker is named here:
sinks:
  local: { type: file, path: /var/log/hookbridge/events.jsonl }
YAML

put 0644 "$here/systemd/hookbridge.service" usr/lib/systemd/system/hookbridge.service
put 0644 "$here/systemd/hookbridge-archive.service" usr/lib/systemd/system/hookbridge-archive.service
# Each of them runs the hook "daemon".
for daemon in libvirtd virtqemud virtlxcd virtxend virtnetworkd virtinterfaced virtnodedevd virtnwfilterd virtsecretd \
  virtstoraged virtvboxd virtvzd virtchd virtproxyd; do
  put 0644 "$here/systemd/50-hookbridge.conf" "usr/lib/systemd/system/$daemon.service.d/50-hookbridge.conf"
done
put 0644 "$here/systemd/tmpfiles.conf" usr/lib/tmpfiles.d/hookbridge.conf
put 0644 "$here/systemd/sysusers.conf" usr/lib/sysusers.d/hookbridge.conf

put 0644 "$here/../prometheus/alerts.yaml" usr/share/hookbridge/prometheus/alerts.yaml
put 0644 "$here/../grafana/hookbridge.json" usr/share/hookbridge/grafana/hookbridge.json

java -cp "$distribution/lib/*" "$here/ManualPages.java" "$share"
gzip -9n "$share"/man/man8/*.8 "$share"/man/man5/*.5
# What an event's dataschema and an alert's runbook_url name.
for schema in "$here"/../../docs/schema/*.json; do
  put 0644 "$schema" "usr/share/hookbridge/schema/${schema##*/}"
done
doc=$share/doc/hookbridge
mkdir -p "$doc/docs" "$doc/examples"
cp "$here/../../README.md" "$here/../../SECURITY.md" "$here/../../RATIONALE.md" "$doc/"
cp -R "$here/../../docs/." "$doc/docs/"
cp "$here"/../examples/* "$doc/examples/"
cp "$distribution/etc/hookbridge.yaml" "$doc/examples/hookbridge.yaml"
put 0644 "$here/copyright" usr/share/doc/hookbridge/copyright
put 0644 "$here/../../CHANGELOG.md" usr/share/doc/hookbridge/changelog
gzip -9n "$share/doc/hookbridge/changelog"
chmod -R u=rwX,go=rX "$root"

# jdeb takes modes and links from an archive only, and treats all of one as configuration or nothing.
pack() { tar --owner=root:0 --group=root:0 --sort=name --mtime="$time" -C "$1" -cf "$2" "$3"; }
pack "$root" "$out/files.tar" ./usr
pack "$root" "$out/etc.tar" ./etc

name=hookbridge-$version
mkdir -p "$out/$name"
cp -al "$root/usr/lib/hookbridge/bin" "$root/usr/lib/hookbridge/lib" "$out/$name/"
cp -a "$distribution/libexec" "$distribution/etc" "$here/../../LICENSE" "$here/../../CHANGELOG.md" "$out/$name/"
cp -a "$share" "$out/$name/share"
rm -rf "$out/$name/share/doc"
tar --owner=root:0 --group=root:0 --sort=name --mtime="$time" -C "$out" -c "$name" | gzip -1n >"$target/$name-linux-$(uname -m).tar.gz"
rm -rf "${out:?}/$name"
