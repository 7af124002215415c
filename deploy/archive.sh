#!/bin/sh
# archive.sh [--if-stale] [HOME]: makes lib/hookbridge.jsa, the class-data archive with which hookbridge starts sooner,
# from the names in lib/hookbridge.classes. It belongs to one JVM, one folder and these very jars, whose key is in
# hookbridge.jsa.key; the launcher uses it with these only. Run this again after a change. With --if-stale it does
# nothing when the key fits, or when an archive for this key could not be made before. An archive is made aside, tried,
# and then given its name. Where it cannot be made the one there stays, and the exit code is 0.
set -eu
stale=
[ "${1-}" != --if-stale ] || { stale=1; shift; }
case ${1-} in -*) sed -n '2,6s/^# //p' "$0"; exit 0 ;; esac
home=$(cd "${1:-$(dirname "$0")/..}" && pwd)
archive=$home/lib/hookbridge.jsa
[ -w "$home/lib" ] && [ -r "$home/lib/hookbridge.classes" ] || exit 0
run() { HOOKBRIDGE_JAVA_OPTS=$1 "$home/bin/hookbridge" "$2" >/dev/null 2>&1; }
key=$("$home/bin/hookbridge" archive-key)
if [ -n "$stale" ]; then
  [ ! -s "$archive" ] || [ "$(cat "$archive.key" 2>/dev/null)" != "$key" ] || exit 0
  [ "$(cat "$archive.failed" 2>/dev/null)" != "$key" ] || exit 0
fi

new=$archive.$$
trap 'rm -f "$new" "$new.key"' EXIT
trap 'exit 1' INT TERM
# With this word the launcher stays root; the JVM ends before anything reads it.
run "-Xmx512m -Xshare:dump -Xlog:disable -XX:SharedClassListFile=$home/lib/hookbridge.classes
  -XX:SharedArchiveFile=$new" archive || :
[ ! -e "$new" ] || chmod 0644 "$new"
if [ -s "$new" ] && run "-Xshare:on -XX:SharedArchiveFile=$new" --version; then
  # A file cut short by a power failure would crash every JVM that maps it.
  echo "$key" >"$new.key"
  sync "$new" "$new.key"
  mv -f "$new" "$archive"
  mv -f "$new.key" "$archive.key"
  rm -f "$archive.failed"
else
  echo "$key" >"$archive.failed"
  echo "archive.sh: no class-data archive could be made for $home; hookbridge starts slower and works" >&2
fi
