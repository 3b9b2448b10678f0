#!/bin/bash
# GCRT_TYPE takes pointers, arrays of them, GCRT_REFs and alignments up to a page; anything else does not compile.
set -euo pipefail

compiles() {
    printf '#include <gcrt/gcrt.h>\nstruct all { void *one; void *many[3]; GCRT_REF(struct all) ref; long number; struct { void *a, *b; } pair; };\n%s\n' "$1" |
        "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -I"$SOURCE/runtime/include" -fsyntax-only -x c - 2>/dev/null
}
for type in 'GCRT_TYPE(type, struct all, one, many, ref, pair.a);' 'struct page { _Alignas(4096) void *one; }; GCRT_TYPE(type, struct page, one);'; do
    compiles "$type" || { echo "refused: $type"; exit 1; }
done
for type in 'GCRT_TYPE(type, struct all, number);' 'GCRT_TYPE(type, struct all, pair);' 'GCRT_TYPE(type, struct all, none);' \
    'struct pages { _Alignas(8192) void *one; }; GCRT_TYPE(type, struct pages, one);'; do
    ! compiles "$type" || { echo "taken: $type"; exit 1; }
done
