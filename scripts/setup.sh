#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what building (build), testing (test) and the checks of .ci/run (ci) need, and says what it does.
# Usage: scripts/setup.sh build|test|ci ...
# Does nothing where all is there. Python packages go to build/venv.
set -eu
cd "$(dirname "$0")/.."
venv=build/venv

say() { printf 'setup: %s\n' "$*"; }

# Each line: the set, the Debian package, and how to see that it is there (a command, a pkg-config module, or dpkg).
needs='
build gcc command:cc
build libc6-dev dpkg
build make command:make
build cmake command:cmake
build pkg-config command:pkg-config
build libjansson-dev module:jansson
build libopenblas-dev module:openblas
build libpcre2-dev module:libpcre2-8
build libutf8proc-dev module:libutf8proc
test libcmocka-dev module:cmocka
test gnuplot-nox command:gnuplot
test python3-venv python:ensurepip
ci ninja-build command:ninja
ci clang command:clang
ci libclang-rt-dev dpkg
ci libomp-dev dpkg
ci qemu-user command:qemu-aarch64
ci gcc-aarch64-linux-gnu command:aarch64-linux-gnu-gcc
ci libc6-dev-arm64-cross dpkg
ci gcc-arm-linux-gnueabihf command:arm-linux-gnueabihf-gcc
ci libc6-dev-armhf-cross dpkg
ci gcc-s390x-linux-gnu command:s390x-linux-gnu-gcc
ci libc6-dev-s390x-cross dpkg
ci gcc-arm-none-eabi command:arm-none-eabi-gcc
ci libnewlib-arm-none-eabi dpkg
ci qemu-system-arm command:qemu-system-arm
ci gcc-mingw-w64-x86-64 command:x86_64-w64-mingw32-gcc
ci g++ command:c++
ci shellcheck command:shellcheck
'

is_there() # package probe
{
    case $2 in
    command:*) command -v "${2#*:}" >/dev/null 2>&1 ;;
    module:*) pkg-config --exists "${2#*:}" 2>/dev/null ;;
    python:*) python3 -c "import venv, ${2#*:}" 2>/dev/null ;;
    # Where there is no dpkg, the build itself will tell.
    dpkg) ! command -v dpkg-query >/dev/null 2>&1 || dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q '^install ok installed' ;;
    esac
}

missing_packages() # sets
{
    echo "$needs" | while read -r set package probe; do
        case " $* " in
        *" $set "*) [ -z "$set" ] || is_there "$package" "$probe" || printf '%s ' "$package" ;;
        esac
    done
}

run_apt() # command and arguments; output is shown only when it fails
{
    log=$(mktemp)
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

install_packages() # packages
{
    as_root=
    if ! command -v apt-get >/dev/null 2>&1; then
        say "this is not a Debian system; please install what corresponds to these Debian packages: $*" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            say "please run as root: apt-get install $*" >&2
            return 1
        fi
        as_root=sudo
    fi
    say "installing Debian packages: $*"
    run_apt update || say "apt-get update failed; going on with the package lists that are there" >&2
    run_apt install -y --no-install-recommends "$@" || {
        say "apt-get could not install: $*" >&2
        return 1
    }
}

# Python packages are for tests that are skipped without them, so this never fails.
install_python()
{
    cmp -s tests/requirements.txt "$venv/installed.txt" && return
    say "installing Python packages into $venv: $(sed '/^#/d' tests/requirements.txt | tr '\n' ' ')"
    log=$(mktemp)
    if python3 -m venv "$venv" >"$log" 2>&1 &&
        "$venv/bin/pip" install -q --disable-pip-version-check --retries 2 --timeout 30 -r tests/requirements.txt >"$log" 2>&1; then
        cp tests/requirements.txt "$venv/installed.txt"
    else
        say "the Python packages cannot be had, so the tests that need them will be skipped ($(tail -n 1 "$log"))"
    fi
    rm -f "$log"
}

[ $# -gt 0 ] || set -- build
for set in "$@"; do
    case $set in
    build | test | ci) ;;
    *)
        echo "usage: scripts/setup.sh build|test|ci ..." >&2
        exit 2
        ;;
    esac
done

missing=$(missing_packages "$@")
# shellcheck disable=SC2086 # a list of package names
[ -z "$missing" ] || install_packages $missing
case " $* " in
*" test "*) install_python ;;
esac
