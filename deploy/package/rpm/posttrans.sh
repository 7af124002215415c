#!/bin/sh
# After the files of an older version are gone.
/usr/libexec/hookbridge/setup.sh installed
failed=$?
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload >/dev/null 2>&1 || :
fi
if [ -e /run/hookbridge/restart ]; then
  rm -f /run/hookbridge/restart
  systemctl start hookbridge.service || :
fi
exit $failed
