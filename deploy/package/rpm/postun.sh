#!/bin/sh
# Data, configuration and the user stay: rpm knows no purge.
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload >/dev/null 2>&1 || :
fi
exit 0
