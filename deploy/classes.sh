#!/bin/sh
# classes.sh HOME: writes lib/hookbridge.classes, the classes that an agent needs from its start to its first event.
# An agent takes one call, and asks about it, while its brokers are away; Training.java does what needs an answer of theirs.
# Which classes a run loads may differ from run to run. HOOKBRIDGE_CLASSES names a list to take in place of a run: that
# of another build, so that both are the same.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$1" && pwd)
agent=
tmp=$(mktemp -d)
trap '[ -z "$agent" ] || kill "$agent" 2>/dev/null || :; rm -rf "$tmp"' EXIT
rm -f "$home/lib/hookbridge.jsa" "$home/lib/hookbridge.classes"
if [ -n "${HOOKBRIDGE_CLASSES-}" ]; then
  cp "$HOOKBRIDGE_CLASSES" "$home/lib/hookbridge.classes"
  exit 0
fi

export HOOKBRIDGE_DATA_DIR="$tmp/data"
sh "$home/libexec/layout.sh" --trial "$tmp/data"
cat >"$tmp/data/etc/hookbridge.yaml" <<END
host: archive.example.org
http: 127.0.0.1:0
drain-timeout: 10ms
sinks:
  kafka: { type: kafka, topic: t, properties: { bootstrap.servers: "127.0.0.1:9" } }
  amqp: { type: amqp, uri: "amqp://127.0.0.1:9/%2F", exchange: t }
  file: { type: file, path: $tmp/events.jsonl }
decisions:
  - { name: a, when: qemu.prepare.begin, via: kafka, timeout: 1s, condition: domain.vcpus > 0 }
  - { name: b, when: qemu.prepare.begin, via: amqp, timeout: 1s }
END
HOOKBRIDGE_JAVA_OPTS="-XX:DumpLoadedClassList=$tmp/agent" "$home/bin/hookbridge" agent >"$tmp/log" 2>&1 &
agent=$!
for _ in $(seq 300); do
  grep -q '^metrics on' "$tmp/log" && break
  kill -0 "$agent" 2>/dev/null || break
  sleep 0.1
done
call='<domain><name>g</name><uuid>e8767612-951a-4274-ae8c-e79202d6910a</uuid></domain>'
echo "$call" | "$home/bin/hookbridge" fire g prepare begin - >/dev/null 2>&1 || :
for _ in $(seq 100); do
  grep -q qemu.prepare "$tmp/events.jsonl" 2>/dev/null && break
  sleep 0.1
done
kill "$agent" 2>/dev/null || :
wait "$agent" || :
agent=

mkdir "$tmp/training"
javac -d "$tmp/training" -cp "$home/lib/*" "$here/Training.java"
java -XX:DumpLoadedClassList="$tmp/training.classes" -cp "$tmp/training:$home/lib/*" Training
sort -u "$tmp/agent" "$tmp/training.classes" | grep -v -e '^#' -e Training >"$home/lib/hookbridge.classes"
