#!/bin/bash
# Every header compiles alone, twice included; the public ones as C11, and gcrt.h as C++ when a compiler is there.
set -euo pipefail
cd "$SOURCE"
status=0
cc=${CC:-cc}
while read -r header; do
    case $header in
    bench/* | examples/* | tests/*) continue ;;
    runtime/include/*) flags=(-std=c11 -pedantic-errors -Wno-pedantic) ;;
    *) flags=(-std=gnu2x) ;;
    esac
    printf '#include "%s"\n#include "%s"\nint nothing_here;\n' "$SOURCE/$header" "$SOURCE/$header" |
        "$cc" -fsyntax-only -D_GNU_SOURCE -Wall -Wextra -Werror "${flags[@]}" -Iruntime -Iruntime/include -I. -I"$BUILD" -x c - ||
        { echo "$header does not stand alone"; status=1; }
done < <(git ls-files --cached --others --exclude-standard '*.h')
if command -v c++ >/dev/null; then
    printf '#include <gcrt/gcrt.h>\nint main() { return 0; }\n' |
        c++ -fsyntax-only -Wall -Werror -Iruntime/include -x c++ - || { echo 'gcrt.h is not C++'; status=1; }
fi
exit $status
