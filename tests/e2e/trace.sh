#!/bin/bash
# gctool trace with programs that end in every way there is, and when gctool or its disk fails.
set -euo pipefail
work=$(mktemp -d)
cleanup() {
    mountpoint -q "$work/small" && umount "$work/small"
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
leaves=$PROGRAMS/leaves

fail() {
    echo "$*"
    exit 1
}

# expect STATUS COMMAND...: stderr goes to 'said'
expect() {
    local status=0 wanted=$1
    shift
    "$@" >out 2>said || status=$?
    ((status == wanted)) || fail "status $status, not $wanted: $* $(cat said)"
}

# births FILE: of 'struct leaf', as the report counts them; fails when the recording contradicts itself
births() {
    "$GCTOOL" report --json --section summary,allocated "$1" | python3 -c '
import json, sys
report = json.load(sys.stdin)
assert report["summary"]["contradictions"] == 0, report["summary"]
print(sum(row["objects"] for row in report["allocated"] if row["type"] == "struct leaf"))'
}

# recorded WAY ENDING: the summary of the last trace --json, its births, and the file itself
recorded() {
    python3 -c '
import json, sys
text = open("out").read()
summary = json.loads(text[text.index("{\n"):])
assert summary["ending"] == sys.argv[1], summary
assert summary["births"] == int(sys.argv[2]), summary
assert summary["lost_events"] == 0 and summary["lost_contexts"] == 0, summary' "$1" "$2"
    (($(births run.gctrace) == $2)) || fail "$1: $(births run.gctrace) births in the file, not $2"
}
trace=("$GCTOOL" trace --json -o run.gctrace)

# ---- the ways to leave; no sanitizer ends its process in its own way by exec or a signal ----

expect 7 "${trace[@]}" "$leaves" 3000 return 7
recorded ended 3000
expect 7 "${trace[@]}" "$leaves" 3000 exit 7
recorded left 3000
expect $((128 + 9)) "${trace[@]}" "$leaves" 3000 raise 9
recorded killed 3000
expect 3 "${trace[@]}" "$leaves" 3000 exec /bin/sh -c 'exit 3'
recorded left 3000
expect 4 "${trace[@]}" "$leaves" 3000 exec "$leaves" 10 return 4 # not recorded: one process, one recording
recorded left 3000
expect 7 "${trace[@]}" "$leaves" 3000 fork 7
recorded ended 3000
expect 5 "${trace[@]}" "$leaves" 3000 daemon 5
recorded ended 3000

# ---- counts that are known, with stacks, deaths and goroutines ----

expect 0 "${trace[@]}" "$PROGRAMS/known"
"$GCTOOL" report --json --section summary,allocated,alive,goroutines run.gctrace >report.json
python3 - <<'PYTHON'
import json
report = json.load(open("report.json"))
summary = report["summary"]
assert summary["contradictions"] == 0 and summary["counts_exact"] and summary["alive_exact"], summary
def rows(section, **wanted):
    return [row for row in report[section] if all(row[key] == value for key, value in wanted.items())]
[nodes] = rows("allocated", type="struct node", function="make_nodes")
[garbage] = rows("allocated", type="bytes", function="make_garbage")
assert nodes["objects"] == 1000 and garbage["objects"] == 5000, (nodes, garbage)
[alive] = rows("alive", type="struct node")
assert 300 <= alive["objects"] <= 302, alive  # a stale word of the stack may keep one more
assert not rows("alive", type="bytes"), report["alive"]
assert summary["allocated_objects"] == summary["freed_objects"] + summary["alive_objects"], summary
assert summary["goroutines_created"] == 6 and summary["goroutines_alive"] == 3, summary
assert sum(row["goroutines"] for row in rows("goroutines", name="waits_for_ever", state="waiting")) == 3, report["goroutines"]
PYTHON

# ---- the order of what workers do to each other's spans and goroutines, under stress: no event contradicts one before it ----

expect 0 env GCRT_PROCS=4 GCRT_STRESS=migrate,collect=20 "${trace[@]}" "$PROGRAMS/kill_victim" counters 200000
(($(births run.gctrace) == 0)) || fail "the order of events contradicts itself under stress"
python3 -c '
import json
text = open("out").read()
summary = json.loads(text[text.index("{\n"):])
assert summary["births"] == 3 * 200000 + 1 and summary["lost_events"] == 0, summary'

# ---- what cannot be recorded is refused before it runs ----

expect 125 "$GCTOOL" trace -o none.gctrace /bin/true
grep -q "does not use libgcrt" said
expect 127 "$GCTOOL" trace -o none.gctrace ./is-not-there
grep -q "is-not-there" said
touch plain
expect 126 "$GCTOOL" trace -o none.gctrace ./plain
expect 125 "$GCTOOL" trace -o no/such/folder/run.gctrace "$leaves" 1 return 0
grep -q "cannot create trace 'no/such/folder/run.gctrace'" said
[[ ! -e none.gctrace ]] || fail "a refused program leaves a file"
expect 2 env GCRT_TRACE=77 "$leaves" 1 return 0
grep -q "GCRT_TRACE='77'.*not an open descriptor" said
"$GCTOOL" trace -q "$leaves" 10 return 0
compgen -G 'leaves.*.gctrace' >/dev/null || fail "no default file name"

# ---- signals: the first is the program's ----

"${trace[@]}" "$leaves" 3000 wait 6 >out 2>said &
tracer=$!
until grep -q waiting said; do sleep 0.01; done
kill -TERM $tracer
status=0
wait $tracer || status=$?
((status == 6)) || fail "status $status after SIGTERM, not 6: $(cat said)"
recorded ended 3000

# the second ends the recording, and the program goes on
"$GCTOOL" trace -o run.gctrace "$leaves" 3000 wait 6 >out 2>said &
tracer=$!
until grep -q waiting out; do sleep 0.01; done
program=$(pgrep -P $tracer)
kill -STOP "$program"
until grep -q '^State:.T' "/proc/$program/status"; do sleep 0.01; done
kill -HUP $tracer
sleep 0.1
kill -TERM $tracer
status=0
wait $tracer || status=$?
((status == 125)) || fail "status $status after a second signal, not 125"
kill -0 "$program" || fail "the program ended with its recording"
(($(births run.gctrace) == 3000)) || fail "events are missing after a second signal"
kill -KILL "$program"

# ---- gctool is killed: the program ends as ever, and the file is whole up to its last block ----

"$GCTOOL" trace -o run.gctrace "$PROGRAMS/kill_victim" counters 600000 >out 2>said &
tracer=$!
until [[ -s run.gctrace && $(stat -c %s run.gctrace) -gt 10000 ]]; do sleep 0.01; done # more than its notes: a block of events
program=$(pgrep -P $tracer)
kill -KILL $tracer
wait $tracer 2>/dev/null || true
while kill -0 "$program" 2>/dev/null; do sleep 0.02; done
[[ $(cat out) == "done" ]] || fail "the program did not end as ever when gctool was killed"
expect 1 "$GCTOOL" verify run.gctrace
"$GCTOOL" report --json --section summary run.gctrace | python3 -c '
import json, sys
summary = json.load(sys.stdin)["summary"]
assert summary["allocated_objects"] > 0 and summary["contradictions"] == 0, summary'

# ---- the disk is full: the program ends as ever, the loss is named ----

((EUID == 0)) || { echo "everything but a full disk; that needs root"; exit 0; }
mkdir small
mount -t tmpfs -o size=64k tmpfs small 2>/dev/null || { echo "everything but a full disk; that needs mount"; exit 0; }
expect 125 "$GCTOOL" trace -o small/run.gctrace "$PROGRAMS/kill_victim" counters 200000
[[ $(cat out) == "done" ]] || fail "the program did not end as ever on a full disk"
grep -q "No space left on device" said
grep -q "events are missing" said
expect 1 "$GCTOOL" verify small/run.gctrace
