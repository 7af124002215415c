#!/bin/sh
# After the files of the older version are gone.
if [ -e /run/hookbridge/restart ]; then
  rm -f /run/hookbridge/restart
  systemctl start hookbridge.service || :
fi
exit 0
