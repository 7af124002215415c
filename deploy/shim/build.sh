#!/bin/sh
# Builds the hook, and the relay between root's terminal and the agent's user:
#   build.sh [--sanitize] [--tools] [--fuzz] OUTDIR
#   --sanitize   also OUTDIR/hookbridge-hook-asan, with address and undefined-behaviour sanitizers
#   --fuzz       only OUTDIR/fuzz_record and the other fuzzers, with clang, libFuzzer and sanitizers
#   --tools      also OUTDIR/launch, OUTDIR/bench and OUTDIR/hold, for tests and measurements
# The environment may name the compiler (CC) and the version (VERSION, default dev). Without a compiler that links
# statically nothing is built and the exit code is 0.
set -eu

sanitize= tools= fuzz= out=
for arg in "$@"; do
    case $arg in
        --sanitize) sanitize=1 ;;
        --tools) tools=1 ;;
        --fuzz) fuzz=1 ;;
        -*) echo "build.sh: unknown option $arg; see the head of build.sh" >&2; exit 2 ;;
        *) out=$arg ;;
    esac
done
[ -n "$out" ] || { echo "build.sh: name the folder to build into: build.sh OUTDIR" >&2; exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
flags="-std=c11 -O2 -Wall -Wextra -Werror"
# Linked beside its name and renamed in: a hook that runs while it is rebuilt must not be half there.
build() { # compiler, name, source, further flags
    target=$out/$2
    "$1" $flags -DVERSION="\"${VERSION:-dev}\"" -o "$target.tmp" "$here/$3" ${4:-}
    mv -f "$target.tmp" "$target"
}
sanitizers="-g -fsanitize=address,undefined -fno-sanitize-recover=all"

if [ -n "$fuzz" ]; then
    command -v clang >/dev/null || { echo "build.sh: the fuzzers need clang and its libFuzzer; install them" >&2; exit 1; }
    for parser in record answer gates conf; do
        build clang "fuzz_$parser" "fuzz/fuzz_$parser.c" "$sanitizers -fsanitize=fuzzer -Wno-unused-function"
    done
    exit 0
fi

# A compiler counts when it can link statically: many systems have cc without a static C library.
works() { echo 'int main(void) { return 0; }' | "$1" -static -x c -o "$out/probe" - 2>/dev/null; }
for cc in ${CC:-musl-gcc cc gcc clang}; do
    works "$cc" && break
    cc=
done
rm -f "$out/probe"
if [ -z "$cc" ]; then
    echo "build.sh: no C compiler that links statically, so there is no hook: install musl-tools or gcc"
    exit 0
fi

# Two pieces instead of five: fewer mappings and page faults at every start.
build "$cc" hookbridge-hook hook.c "-static -s -Wl,-z,noseparate-code,-z,norelro"
"$out/hookbridge-hook" --self-test
if grep -aq GLIBC_TUNABLES "$out/hookbridge-hook"; then
    echo "build.sh: $cc links the hook with glibc, so each call costs half as much again: install musl-tools" >&2
fi
build "$cc" hookbridge-relay relay.c "-static -s"

if [ -n "$tools" ]; then
    build "$cc" launch launch.c -static
    build "$cc" bench bench.c -static
    build "$cc" hold hold.c -static
fi
if [ -n "$sanitize" ]; then
    for cc in gcc clang; do
        if command -v "$cc" >/dev/null; then
            build "$cc" hookbridge-hook-asan hook.c "$sanitizers"
            exit 0
        fi
    done
    echo "build.sh: the sanitizer build needs gcc or clang; install one" >&2
    exit 1
fi
