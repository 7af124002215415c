#!/bin/sh
# archive.sh [--if-stale] [HOME]: makes lib/hookbridge.jsa, the class-data archive with which hookbridge starts sooner,
# from the names in lib/hookbridge.classes. It belongs to one JVM, one folder and these very jars and is ignored with any
# other: run this again after a change; with --if-stale it asks the JVM whether it takes the one there. Where it cannot be
# made there is none, and the exit code is 0.
set -eu
stale=
[ "${1-}" != --if-stale ] || { stale=1; shift; }
case ${1-} in -*) sed -n '2,5s/^# //p' "$0"; exit 0 ;; esac
home=$(cd "${1:-$(dirname "$0")/..}" && pwd)
archive=$home/lib/hookbridge.jsa
[ -w "$home/lib" ] || exit 0
run() { HOOKBRIDGE_JAVA_OPTS=$1 "$home/bin/hookbridge" "$2" >/dev/null 2>&1; }
[ -z "$stale" ] || [ ! -s "$archive" ] || ! run -Xshare:on --version || exit 0

rm -f "$archive" "$archive.tmp"
[ -r "$home/lib/hookbridge.classes" ] || exit 0
# With this word the launcher stays root; the JVM ends before anything reads it.
run "-Xmx512m -Xshare:dump -Xlog:disable -XX:SharedClassListFile=$home/lib/hookbridge.classes
  -XX:SharedArchiveFile=$archive.tmp" archive || :
# A file cut short by a power failure would crash every JVM that maps it.
[ ! -s "$archive.tmp" ] || { chmod 0644 "$archive.tmp" && sync "$archive.tmp" && mv -f "$archive.tmp" "$archive"; }
rm -f "$archive.tmp"
