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

check() { # check FILE: prints what it may not include
    local folder included
    folder=$(folder_of "$1")
    [[ -n $folder ]] || return 0
    while read -r included; do
        allowed "$folder" "$included" "$1" || echo "$1: $folder may not include '$included'"
    done < <(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p; s/^ *# *include *<\(gcrt\/[^>]*\)>.*/\1/p' "$1")
}

bad=$(git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.S' | while read -r file; do [[ ! -e $file ]] || check "$file"; done)
if [[ -n $bad ]]; then
    echo "$bad"
    exit 1
fi

# The test of the test: each rule broken once must be seen.
scratch=base/includes_check.h
trap 'rm -f "$scratch"' EXIT
for line in '#include "tracer/format/events.h"' '#include "gctool/verbs.h"' '#include <gcrt/gcrt.h>' '#include "heap/span.h"'; do
    echo "$line" >"$scratch"
    [[ -n $(check "$scratch") ]] || { echo "not seen: base with $line"; exit 1; }
done
rm -f "$scratch"
scratch=runtime/sched/includes_check.h
echo '#include "collector/collector.h"' >"$scratch"
[[ -n $(check "$scratch") ]] || { echo "not seen: sched with collector"; exit 1; }
