#!/bin/sh
# $1: how many versions are installed after this, 1 or 2. What needs the new files alone waits for %posttrans: until then
# the older version's jars lie beside them.
if [ "$1" -eq 1 ] && [ -x /usr/bin/systemctl ]; then
  systemctl --no-reload preset hookbridge.service >/dev/null 2>&1 || :
fi
exit 0
