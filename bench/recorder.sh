#!/bin/bash
# What recording adds to an allocation with its stack, to a death and to a switch, in ns: bench/recorder.c with and without 'gctool trace' in
# turns. Prints the median of each and of the differences of the pairs.
#
# Usage: recorder.sh BUILD [PAIRS [DEPTH]]     BUILD is the build folder, as build/release; 9 pairs, stacks of 15 frames
set -euo pipefail
build=$1 pairs=${2:-9} depth=${3:-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GCRT_PROCS=1
for ((pair = 0; pair < pairs; pair++)); do
    "$build/bench/recorder" 20 "$depth" >"$work/plain.$pair"
    "$build/bin/gctool" trace -q -o "$work/run.gctrace" "$build/bench/recorder" 20 "$depth" >"$work/traced.$pair"
    join "$work/plain.$pair" "$work/traced.$pair" >>"$work/pairs"
done
python3 - "$work/pairs" <<'PYTHON'
import statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
print(f"{'ns':<10}{'untraced':>10}{'traced':>10}{'added':>10}   least added .. most added")
for what in ["births", "deaths", "switches"]:
    plain = [float(row[1]) for row in rows if row[0] == what]
    traced = [float(row[2]) for row in rows if row[0] == what]
    added = sorted(b - a for a, b in zip(plain, traced))
    median = statistics.median
    print(f"{what:<10}{median(plain):>10.1f}{median(traced):>10.1f}{median(added):>10.1f}   {added[0]:.1f} .. {added[-1]:.1f}")
PYTHON
