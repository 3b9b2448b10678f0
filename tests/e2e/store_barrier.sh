#!/bin/bash
# The store block in a program and a plugin that it opens, with libgcrt shared and static, by each compiler, from no to link-time
# optimisation, under stops by signal; with the flag clear, and set for the whole run.
set -euo pipefail
[[ -z $SANITIZE ]] || exit 77 # the library needs the sanitizer's own
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$SOURCE/tests/e2e/store_barrier
library=$BUILD/runtime
flags=(-std=gnu11 -fno-omit-frame-pointer -I"$SOURCE/runtime/include")

# check NAME: both ways of the flag.
check() {
    for stress in '' barrier; do
        GCRT_STRESS=$stress timeout 60 "$work/main" "$work/plugin.so" || { echo "$1, stress '$stress': status $?"; exit 1; }
    done
    echo "ok $1"
}

# accepts COMPILER STATEMENT: whether it compiles without a warning, where node is a struct node *.
accepts() {
    local language=c
    [[ $1 != *++ ]] || language=c++
    printf '#include <gcrt/store.h>\n#include <stddef.h>\nstruct node { struct node *next; int number; };\nvoid f(struct node *node) { %s; }\nvoid f(struct node *node);\n' "$2" |
        "$1" -x $language -O1 -Wall -Wextra -Wcast-qual -Werror -I"$SOURCE/runtime/include" -c -o "$work/f.o" - 2>"$work/err"
}
for compiler in gcc clang g++ clang++; do
    command -v $compiler >/dev/null || continue
    for statement in 'gcrt_store(&node->next, node)' 'gcrt_store(&node->next, NULL)' 'struct node *old = gcrt_exchange(&node->next, node); gcrt_compare_exchange(&node->next, &old, node)'; do
        accepts $compiler "$statement" || { echo "$compiler refuses: $statement"; cat "$work/err"; exit 1; }
    done
    for statement in 'gcrt_store(&node->next, 3)' 'gcrt_store(&node->number, node)' 'gcrt_store(&node->next, &node->number)' \
        'struct node *const *slot = &node->next; gcrt_store(slot, node)'; do
        accepts $compiler "$statement" && { echo "$compiler takes: $statement"; exit 1; }
    done
    echo "ok $compiler checks types"
done

for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for optimisation in -O0 -O2 -Os '-O2 -flto'; do
        [[ $optimisation != *lto* || $compiler == gcc ]] || continue # clang's needs a linker plugin that is not everywhere
        # shellcheck disable=SC2086
        $compiler "${flags[@]}" $optimisation -fPIC -shared -Wl,-Bsymbolic -o "$work/plugin.so" "$here/work.c"
        # shellcheck disable=SC2086
        $compiler "${flags[@]}" $optimisation -o "$work/main" "$here"/{main,work}.c -L"$library" -Wl,-rpath,"$library" -lgcrt
        check "$compiler $optimisation shared"
        # shellcheck disable=SC2086
        $compiler "${flags[@]}" $optimisation -rdynamic -Wl,--gc-sections -o "$work/main" "$here"/{main,work}.c "$library/libgcrt.a" -pthread
        check "$compiler $optimisation static"
    done
done
