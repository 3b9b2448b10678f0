#!/bin/bash
# clang-format decides layout; files stay under 1,000 lines; every source says its idea first; scripts pass shellcheck.
set -euo pipefail
cd "$SOURCE"
status=0
if command -v clang-format >/dev/null; then
    scripts/format --check 2>&1 | head -n 20
    [[ ${PIPESTATUS[0]} == 0 ]] || { echo 'run scripts/format'; status=1; }
fi
while read -r file; do
    [[ -e $file ]] || continue
    lines=$(wc -l <"$file")
    ((lines <= 1000)) || { echo "$file: $lines lines"; status=1; }
    case $file in
    *.h)
        head -n 1 "$file" | grep -q '^/\*' || { echo "$file: does not start by saying its idea"; status=1; } ;;
    esac
done < <(git ls-files --cached --others --exclude-standard '*.c' '*.h' '*.S' '*.sh')
if command -v shellcheck >/dev/null; then
    shellcheck -x -P "$SOURCE/scripts" -e SC1091,SC2317 scripts/{test,demo,install,fresh,format,lib.sh} .ci/run tests/consumer/run || status=1
fi
exit $status
