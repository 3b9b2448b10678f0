#!/bin/bash
# Reads the include graph against cmake/include_rules.txt, then checks that it would see a forbidden one.
set -euo pipefail
cd "$SOURCE"

# folder_of FILE: the longest folder of the rules that holds it.
folder_of() {
    local folder
    folder=$(dirname "$1")
    while [[ $folder != . ]]; do
        [[ -z ${rules[$folder]+x} ]] || { echo "$folder"; return; }
        folder=$(dirname "$folder")
    done
}

declare -A rules
while IFS=: read -r folder allowed; do
    rules[$folder]="$allowed"
done < <(grep -v '^#' cmake/include_rules.txt)

# allowed FOLDER INCLUDED: may a file of FOLDER say #include "INCLUDED" or <gcrt/...>?
allowed() {
    local entry
    [[ -e $1/$2 ]] && return 0                  # beside itself
    [[ -e $(dirname "$3")/$2 ]] && return 0
    [[ $1/ == "${2%/*}/" || $1 == */"${2%/*}" ]] && return 0
    [[ $2 == gctool_version.h ]] && return 0    # made by the build
    for entry in ${rules[$1]}; do
        [[ $2 == "$entry" || $2 == "$entry"/* ]] && return 0
    done
    # The composition root's own headers (runtime/environment.h) are beside the folders of runtime.
    [[ $1 == runtime* && $2 != */* && -e runtime/$2 ]]
}

# check FILE [TEXT]: prints what it may not include; TEXT: where it is read instead.
check() {
    local folder included
    folder=$(folder_of "$1")
    [[ -n $folder ]] || return 0
    while read -r included; do
        allowed "$folder" "$included" "$1" || echo "$1: $folder may not include '$included'"
    done < <(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p; s/^ *# *include *<\(gcrt\/[^>]*\)>.*/\1/p' "${2:-$1}")
}

bad=$(git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.S' | while read -r file; do [[ ! -e $file ]] || check "$file"; done)
if [[ -n $bad ]]; then
    echo "$bad"
    exit 1
fi

# The test of the test: each rule broken once must be seen. The text stands elsewhere: other tests look at the tree meanwhile.
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
forbidden() { # forbidden FOLDER INCLUDED
    echo "#include $2" >"$scratch"
    [[ -n $(check "$1/made.c" "$scratch") ]] || { echo "not seen: $1 with $2"; exit 1; }
}
for folder in "${!rules[@]}"; do
    forbidden "$folder" '"tests/support/child.h"'
done
for included in '"tracer/format/events.h"' '"gctool/verbs.h"' '<gcrt/gcrt.h>' '"heap/span.h"'; do
    forbidden base "$included"
done
forbidden runtime/platform '"sched/stop.h"'
forbidden runtime/sched '"collector/collector.h"'
forbidden tracer/record '"heap/span.h"'
forbidden tracer/format '"gctool/verbs.h"'
forbidden gctool/model '"gctool/analyze/sections.h"'
forbidden gctool/output '"gctool/model/model.h"'
forbidden examples '"base/rows.h"'
