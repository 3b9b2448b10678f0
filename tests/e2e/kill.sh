#!/bin/bash
# A program killed by SIGKILL at any instant loses no acknowledged event: whatever it counted after a call had returned is in the file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
kills=100
[[ -n $SANITIZE ]] && kills=15

# The victim's counters against the report of its recording.
cat >check.py <<'PYTHON'
import json, struct, sys
pid, *births, creations = struct.unpack("<5Q", open(sys.argv[1], "rb").read(40))
report = json.load(open(sys.argv[2]))
summary = report["summary"]
assert summary["contradictions"] == 0, summary
assert summary["lost_events"] == 0, summary
seen = {}
for row in report["allocated"]:
    seen[row["type"]] = seen.get(row["type"], 0) + row["objects"]
for name, counted in zip(["struct first", "struct second", "struct third"], births):
    assert counted <= seen.get(name, 0) <= counted + 1, (name, counted, seen)
others = 5  # main, three that allocate, one that creates
assert creations <= summary["goroutines_created"] - others <= creations + 1, (creations, summary)
print(sum(births) + creations)
PYTHON

RANDOM=${SEED:-$$}
echo "seed $RANDOM"
acknowledged=0
for ((kill = 0; kill < kills; kill++)); do
    rm -f counters
    head -c 40 /dev/zero >counters
    "$GCTOOL" trace -q -o run.gctrace "$PROGRAMS/kill_victim" counters &
    tracer=$!
    pid=0
    until ((pid > 0)); do
        pid=$(od -An -t u8 -N 8 counters | tr -d ' ')
    done
    sleep "0.0$((RANDOM % 40 + 10))"
    kill -KILL "$pid"
    status=0
    wait $tracer || status=$?
    ((status == 128 + 9)) || { echo "kill $kill: gctool ended with $status"; exit 1; }
    "$GCTOOL" verify run.gctrace >verified || { echo "kill $kill"; cat verified; exit 1; }
    "$GCTOOL" report --json --section summary,allocated run.gctrace >report.json
    calls=$(python3 check.py counters report.json) || { echo "kill $kill: an acknowledged call is not in the file"; exit 1; }
    acknowledged=$((acknowledged + calls))
done
echo "$kills kills, $acknowledged acknowledged calls, all found"
