#!/bin/bash
# The examples of the man pages run as they stand, in order, with the files that they name made beforehand: run.gctrace, a recording of
# ./my-program, which is a program of the tests and also called ./server, and 1234.gccrash, of a program that crashed. Each ends with
# status 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work
cd "$work"
cp "$PROGRAMS/known" my-program
ln my-program server
gctool trace -o run.gctrace ./my-program >/dev/null 2>&1
(ulimit -c 0; GCRT_CRASH_DIR=. "$PROGRAMS/crash" panic >/dev/null 2>&1) || true
mv ./*.gccrash 1234.gccrash

status=0
count=0
for page in "$SOURCE"/docs/man/*.scd; do
    while read -r line; do
        count=$((count + 1))
        bash -o pipefail -c "${line#"$ "}" >out 2>&1 </dev/null ||
            { echo "$(basename "$page"): '$line' ends with status $?: $(head -n 5 out)"; status=1; }
    done < <(sed -n '/^```/,/^```/{/^\$ /p}' "$page")
done
((count > 0)) || { echo 'no examples found'; exit 1; }
exit $status
