# lib.sh: what the scripts share. Sourced from bash, from any folder.
# shellcheck shell=bash
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CTEST_PARALLEL_LEVEL=${CTEST_PARALLEL_LEVEL:-$(nproc)}

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# packages_install GROUP...: installs what is missing of the groups of packages.txt. Needs root (or sudo) only then.
packages_install() {
    local missing=() group package
    while read -r group package _; do
        [[ " $* " == *" $group "* ]] || continue
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done < <(grep -v '^#' "$ROOT/scripts/packages.txt")
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null ||
        die "missing packages, and this is not Debian: ${missing[*]}"
    local sudo=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "as root, run: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${sudo[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y \
        --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "cannot install the packages above"
    fi
    rm -f "$log"
}

# build PRESET: configures and builds, quietly unless it fails.
build() {
    local log="$ROOT/build/$1.log"
    mkdir -p "$ROOT/build"
    if ! (cd "$ROOT" && cmake --preset "$1" && cmake --build --preset "$1") >"$log" 2>&1; then
        grep -E -A 12 'error|warning|FAILED|undefined reference' "$log" | head -n 60 >&2 || tail -n 40 "$log" >&2
        die "the build '$1' failed; all of it is in build/$1.log"
    fi
}
