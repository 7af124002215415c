#!/bin/sh
# Builds the shim: build.sh [--sanitize] [--tools] OUTDIR
#   --sanitize   also OUTDIR/hookbridge-hook-asan, with address and undefined-behaviour sanitizers
#   --tools      also OUTDIR/launch and OUTDIR/bench, for tests and measurements
# The environment may name the compiler (CC) and the version (VERSION, default dev). Without a compiler nothing
# is built and the exit code is 0: the distribution then holds the Java twin.
set -eu

sanitize= tools= out=
for arg in "$@"; do
    case $arg in
        --sanitize) sanitize=1 ;;
        --tools) tools=1 ;;
        -*) echo "build.sh: unknown option $arg; see the head of build.sh" >&2; exit 2 ;;
        *) out=$arg ;;
    esac
done
[ -n "$out" ] || { echo "build.sh: name the folder to build into: build.sh OUTDIR" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
has() { command -v "$1" >/dev/null 2>&1; }
for cc in ${CC:-musl-gcc cc gcc clang}; do
    has "$cc" && break
    cc=
done
if [ -z "$cc" ]; then
    echo "build.sh: no C compiler found; the Java twin of the shim will be used"
    exit 0
fi

flags="-std=c11 -O2 -Wall -Wextra -Werror"
mkdir -p "$out"
# Linked beside its name and renamed in: a hook that runs while it is rebuilt must not be half there.
build() { # compiler, name, source, further flags
    target=$out/$2
    "$1" $flags -DVERSION="\"${VERSION:-dev}\"" -o "$target.tmp" "$here/$3" ${4:-}
    mv -f "$target.tmp" "$target"
}
# One writable and one executable piece instead of four: fewer mappings and page faults at every start.
build "$cc" hookbridge-hook hook.c "-static -s -Wl,-z,noseparate-code"
"$out/hookbridge-hook" --self-test

if [ -n "$tools" ]; then
    build "$cc" launch launch.c -static
    build "$cc" bench bench.c -static
fi
if [ -n "$sanitize" ]; then
    asan="-g -fsanitize=address,undefined -fno-sanitize-recover=all"
    for cc in gcc clang; do
        if has "$cc"; then
            build "$cc" hookbridge-hook-asan hook.c "$asan"
            exit 0
        fi
    done
    echo "build.sh: neither gcc nor clang found; no sanitizer build" >&2
fi
