#!/bin/sh
# Java opens a jar when it needs a class of it: the agent is stopped before its jars are replaced; %posttrans starts it.
if [ "$1" -gt 1 ] && [ -d /run/systemd/system ] && systemctl --quiet is-active hookbridge.service; then
  : >/run/hookbridge/restart
  systemctl stop hookbridge.service || :
fi
exit 0
