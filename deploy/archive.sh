#!/bin/sh
# archive.sh [HOME]: makes lib/hookbridge.jsa, the class-data archive with which hookbridge starts sooner, from the
# names in lib/hookbridge.classes. It belongs to one JVM, one folder and these very jars and is ignored with any
# other: run this again after a change. Where it cannot be made there is none, and the exit code is 0.
set -eu
case ${1-} in -*) sed -n '2,4s/^# //p' "$0"; exit 0 ;; esac
home=$(cd "${1:-$(dirname "$0")/..}" && pwd)
archive=$home/lib/hookbridge.jsa
rm -f "$archive" "$archive.tmp"
[ -r "$home/lib/hookbridge.classes" ] || exit 0
HOOKBRIDGE_JAVA_OPTS="-Xmx512m -Xshare:dump -Xlog:disable -XX:SharedClassListFile=$home/lib/hookbridge.classes
  -XX:SharedArchiveFile=$archive.tmp" "$home/bin/hookbridge" >/dev/null 2>&1 || :
[ ! -s "$archive.tmp" ] || { chmod 0644 "$archive.tmp" && mv -f "$archive.tmp" "$archive"; }
rm -f "$archive.tmp"
