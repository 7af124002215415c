#!/bin/sh
# $1: how many versions are installed after this, 1 or 2.
/usr/libexec/hookbridge/setup.sh installed || exit 1
if [ -x /usr/bin/systemctl ]; then
  systemctl daemon-reload >/dev/null 2>&1 || :
  if [ "$1" -eq 1 ]; then
    systemctl --no-reload preset hookbridge.service >/dev/null 2>&1 || :
  fi
fi
exit 0
