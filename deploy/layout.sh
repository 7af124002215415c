#!/bin/sh
# Makes the agent's user and the folders of hookbridge with their owners. Run it again at any time.
set -eu
umask 022

usage() {
    cat <<'END'
usage: layout.sh [--user NAME] [--no-user] [--root DIR] [--data-dir DIR]
       layout.sh --trial DIR

Makes, as root, the system user of the agent and
  /var/lib/hookbridge, …/mail              root, 0755
  …/mail/new, …/spool, …/gates.d
                                           the agent, 0700
  /etc/hookbridge                          root, 0755
  /run/hookbridge                          root, 0711
  /run/hookbridge/agent                    the agent, 0700

  --user NAME     the agent's user (default: hookbridge)
  --no-user       do not create that user; it must exist
  --root DIR      put all folders below DIR (for packages and tests)
  --data-dir DIR  another place than /var/lib/hookbridge
  --trial DIR     one folder that holds all, the caller's own; then
                  export HOOKBRIDGE_DATA_DIR=DIR
END
}

die() {
    echo "layout.sh: $1" >&2
    exit "${2:-1}"
}

user=hookbridge create=1 root= data=/var/lib/hookbridge trial=
while [ $# -gt 0 ]; do
    case $1 in
        --help) usage; exit 0 ;;
        --no-user) create= ;;
        --user | --root | --data-dir | --trial)
            [ $# -ge 2 ] && [ -n "$2" ] || die "$1 needs a value; see --help" 2
            case $1 in
                --user) user=$2 ;;
                --root) root=${2%/} ;;
                --data-dir) data=$2 ;;
                --trial) trial=$2 ;;
            esac
            shift ;;
        *) die "unknown option $1; see --help" 2 ;;
    esac
    shift
done

# Makes DIR, or takes the one that is there, and gives it its owner and mode. It is called from the top down: what
# lies in a folder that is root's by now can no longer be swapped by the agent's user, so the look at it holds. A
# link is never followed, nothing is changed recursively, and nothing below the agent's own folders is touched.
folder() { # DIR, owner, mode
    [ ! -h "$1" ] || die "$1 is a symbolic link; remove it, or name the real folder"
    [ -d "$1" ] || mkdir "$1" || die "cannot make $1; make the folder above it first"
    chown -h "$2" "$1"
    chmod "$3" "$1"
    # The label that the policy has for it, and not that of the folder above.
    [ ! -e /sys/fs/selinux/enforce ] || restorecon "$1" || :
}

if [ -n "$trial" ]; then
    mkdir -p "$trial"
    me=$(id -u):$(id -g)
    for dir in . mail etc run; do
        folder "$trial/$dir" "$me" 0755
    done
    for dir in mail/new spool gates.d; do
        folder "$trial/$dir" "$me" 0700
    done
    exit 0
fi

[ "$(id -u)" = 0 ] || die "must run as root; for a folder of your own use --trial DIR"
case $data in /*) ;; *) die "--data-dir must be an absolute path, not $data" 2 ;; esac
if [ -n "$create" ] && ! id "$user" >/dev/null 2>&1; then
    useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin "$user" ||
        die "cannot create the user $user; create it, then use --no-user"
fi
agent=$(id -u "$user"):$(id -g "$user") || die "there is no user $user; create it, or leave --no-user out"
data=$root$data

# Whoever owns the folder above could swap ours at any time.
mkdir -p "$(dirname "$data")" "$root/etc" "$root/run"
above=$(stat -c %u "$(dirname "$data")")
[ "$above" = 0 ] || die "$(dirname "$data") must belong to root; choose another --data-dir"

folder "$data" 0:0 0755
folder "$data/mail" 0:0 0755
for dir in mail/new spool gates.d; do
    folder "$data/$dir" "$agent" 0700
done
folder "$root/etc/hookbridge" 0:0 0755
folder "$root/run/hookbridge" 0:0 0711 # who may list it can hold it, and whatever is made in it
folder "$root/run/hookbridge/agent" "$agent" 0700
