#!/bin/sh
# The last touch of the distribution: assemble.sh SHIM_FOLDER DISTRIBUTION
set -eu
shim=$1 distribution=$2
chmod 0755 "$distribution/bin/hookbridge"
mkdir -p "$distribution/libexec"
for program in hookbridge-hook hookbridge-relay; do
  [ -x "$shim/$program" ] || continue
  # Renamed in: a hook that runs from here must never be half there.
  cp "$shim/$program" "$distribution/libexec/.$program"
  chmod 0755 "$distribution/libexec/.$program"
  mv -f "$distribution/libexec/.$program" "$distribution/libexec/$program"
done
cp "$(dirname "$0")/layout.sh" "$(dirname "$0")/archive.sh" "$(dirname "$0")/hooks.sh" "$distribution/libexec/"
cp "$(dirname "$0")/selinux/selinux.sh" "$(dirname "$0")/selinux/hookbridge.cil" "$distribution/libexec/"

# It starts sooner with them, and as well without.
sh "$(dirname "$0")/classes.sh" "$distribution" 2>/dev/null || :
sh "$distribution/libexec/archive.sh"
