#!/bin/sh
# runtime.sh TARGET VERSION TIME: makes the Java runtime of the package hookbridge-runtime below TARGET/package, of the
# JDK that builds it. All files in the archives have the TIME. The modules are those that the jars and the brokers' clients use, and what transports may: TLS, SASL,
# Kerberos, an HTTP client.
set -eu
target=$1 version=$2 time=$3 out=$1/package
modules=java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.security.sasl,java.sql
modules=$modules,java.xml,jdk.crypto.ec,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.security.auth,jdk.security.jgss
modules=$modules,jdk.unsupported,jdk.zipfs
umask 022
rm -rf "$out/runtime"
mkdir -p "$out/runtime/usr/lib/hookbridge"
jlink=${JAVA_HOME:+$JAVA_HOME/bin/}jlink
"$jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --output "$out/runtime/usr/lib/hookbridge/runtime"
chmod -R u=rwX,go=rX "$out/runtime"
install -D -m 0644 "$(dirname "$0")/copyright-runtime" "$out/runtime/usr/share/doc/hookbridge-runtime/copyright"
tar --owner=root:0 --group=root:0 --sort=name --mtime="$time" -C "$out/runtime" -cf "$out/runtime.tar" ./usr
tar --owner=root:0 --group=root:0 --sort=name --mtime="$time" -C "$out/runtime/usr/lib" --transform "s,^hookbridge,hookbridge-$version," \
  -c hookbridge | gzip -1n >"$target/hookbridge-runtime-$version-linux-$(uname -m).tar.gz"
