#!/bin/bash
# docs/formats/gctrace.md is true: a reader written from it reads what our writer writes, event by event, also damaged; its event table is
# that of the source; its example is what the program writes. And the corpora of the fuzz targets are what their
# scripts make.
set -euo pipefail
page=$SOURCE/docs/formats/gctrace.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

compare() { # compare FILE: both readers say the same
    "$PROGRAMS/dump_trace" "$1" >ours
    python3 "$SOURCE/tests/format/read_gctrace.py" "$1" >theirs
    diff ours theirs >difference || { echo "$1: the readers differ:"; head -20 difference; exit 1; }
}

"$PROGRAMS/make_trace" story story
compare story
grep -q '^event 1 2000 .*7f0000030000 4$' ours
grep -q '^context 2 1 401580 node_new:node.h:12 make_nodes:story.c:21$' ours
for seed in 1 2 3; do
    "$PROGRAMS/make_trace" noise $seed $((seed * 4000)) noise
    compare noise
    (($(grep -c ^event ours) > seed * 3900)) # a few are TIME, which is no event in a file
done

# A real recording.
"$GCTOOL" trace -o recording "$PROGRAMS/known" >/dev/null
compare recording
(($(grep -c ^event ours) > 6000))

# Damage at places from a fixed seed: a changed byte, a cut, two recordings in a file.
"$PROGRAMS/make_trace" plain noise 7 600 whole
size=$(stat -c %s whole)
RANDOM=1
for _ in {1..12}; do
    cp whole damaged
    at=$((8 + (RANDOM * 32768 + RANDOM) % (size - 8)))
    printf '\x55' | dd of=damaged bs=1 seek=$at conv=notrunc status=none
    compare damaged
    head -c $((at > 64 ? at : 64)) whole >damaged
    compare damaged
done
cat story whole >damaged
compare damaged
head -c 500 story | cat - whole >damaged
compare damaged

# The table of events: code, name and words as in the source.
sed -n 's/^ *X(\([A-Z_]*\), \([0-9]*\), \([A-Z_0-9]*\), .*/\2 \1 \3/p' "$SOURCE/tracer/format/events.h" | sed 's/EVENT_COUNTED/counted/' >source
sed -n '/^## Meaning of events/,/^## /s/^| \([0-9]*\) | \([A-Z_]*\) | \([a-z0-9]*\) |.*/\1 \2 \3/p' "$page" >documented
diff source documented
[[ $(wc -l <source) -ge 22 ]]

# The example, byte by byte.
"$PROGRAMS/make_trace" tiny tiny
compare tiny
sed -n 's/^0000[0-9a-f]*: \(\([0-9a-f][0-9a-f] \)\{0,15\}[0-9a-f][0-9a-f]\).*/\1/p' "$page" | tr -d ' \n' >documented
od -An -v -tx1 tiny | tr -d ' \n' >source
cmp source documented

mkdir corpus
"$SOURCE/tests/fuzz/corpus/make_trace_corpus" "$PROGRAMS/make_trace" corpus
for file in corpus/*; do
    [[ $file == corpus/compressed ]] || cmp "$file" "$SOURCE/tests/fuzz/corpus/trace/${file#corpus/}" ||
        { echo 'after a new event: tests/fuzz/corpus/make_trace_corpus BUILD/tests/programs/make_trace tests/fuzz/corpus/trace'; exit 1; }
done
mkdir heap_corpus
"$SOURCE/tests/fuzz/corpus/make_heap_corpus" "$PROGRAMS/make_heap" heap_corpus
diff -r heap_corpus "$SOURCE/tests/fuzz/corpus/heap"
