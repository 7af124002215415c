#!/bin/sh
# $1: how many versions are left after this; 0 is a removal.
if [ "$1" -eq 0 ]; then
  if [ -x /usr/bin/systemctl ]; then
    if [ -d /run/systemd/system ]; then
      systemctl --no-reload disable --now hookbridge.service >/dev/null 2>&1 || :
    else
      systemctl --no-reload disable hookbridge.service >/dev/null 2>&1 || :
    fi
  fi
  /usr/libexec/hookbridge/setup.sh removing || :
fi
exit 0
