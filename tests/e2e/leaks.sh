#!/bin/bash
# Which goroutines wait for ever: programs whose answer is known, each judged from a dump at its end, also while goroutines move between threads all the
# time, and from the running process; and a server under load, in which none does.
set -euo pipefail
work=$(mktemp -d)
pid=
cleanup() {
    [[ -z $pid ]] || kill -9 $pid 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
waits=$PROGRAMS/waits

fail() {
    echo "$*"
    exit 1
}

# judge EXPECTED TARGET: verdict, count, function and reason of each group of goroutines
judge() {
    local status=0 expected=$1
    "$GCTOOL" leaks --json "$2" >found || status=$?
    ((status <= 1)) || fail "$2: status $status"
    python3 - "$expected" $status <<'END'
import json, sys
found = json.load(open("found"))
rows = [(verdict, row) for verdict in ("leaked", "undecided") for row in found[verdict]]
said = "; ".join(sorted(f"{verdict} {row['goroutines']} {row['name']} {row['wait_reason']}" for verdict, row in rows))
assert said == sys.argv[1], f"{said!r} instead of {sys.argv[1]!r}"
assert found["summary"]["complete"] and int(sys.argv[2]) == (found["summary"]["leaked"] > 0), found["summary"]
assert all("waits.c:" in row["creation_site"] for _, row in rows), rows
assert all(row["kept_bytes"] >= 1000 * 64 for _, row in rows if row["name"] == "range_over"), rows
END
}

declare -A verdicts=(
    [range]="leaked 1 range_over channel receive"
    [chain]=""
    [heartbeat]=""
    [malloc]="undecided 1 range_over channel receive"
    [thread_local]="undecided 1 range_over channel receive"
    [nil]="leaked 1 wait_for_nothing nil channel"
    [empty_select]="leaked 1 select_nothing empty select"
    [select]="leaked 1 select_two select"
    [mutex]="leaked 1 hold_mutex channel receive; leaked 1 lock mutex"
    [group]="leaked 1 wait_for_group wait group"
    [workers]=""
    [stuck_workers]="leaked 1 wait_for_workers wait group; leaked 1 worker channel receive"
    [task]=""
    [results]=""
)
for name in "${!verdicts[@]}"; do
    for stress in "" migrate; do
        GCRT_STRESS=$stress GCRT_HEAPDUMP=$name.gcheap "$waits" $name >/dev/null
        judge "${verdicts[$name]}" $name.gcheap
    done
done

# The running process; a recorded one also says who made what is waited for.
start() { # start CASE [COMMAND...]: runs the program, under the command, and waits until it is ready
    : >said
    "${@:2}" "$waits" "$1" 60 >said 2>/dev/null &
    pid=$!
    until grep -q ready said; do
        kill -0 $pid || fail "$1 did not start"
        sleep 0.05
    done
}
start mutex
judge "${verdicts[mutex]}" $pid
kill $pid
wait $pid || true
start range "$GCTOOL" trace -o recording
program=$(pgrep -P $pid -f "$waits")
judge "${verdicts[range]}" "$program"
grep -q '"wait_object_birth": "channel_new waits.c:[0-9]*"' found || fail "the birth of what is waited for: $(grep birth found)"
kill "$program"
wait $pid || true

# A list that no recursion could follow.
GCRT_HEAPDUMP=list.gcheap "$waits" list >/dev/null
judge "" list.gcheap
"$GCTOOL" heap --json list.gcheap >heap
python3 -c '
import json
row = [row for row in json.load(open("heap"))["types"] if row["type"] == "struct node"][0]
assert row["objects"] >= 1000 * 1000, row'

# A healthy server under load: nothing, every time.
"$EXAMPLES/kvserver" --port 0 >server 2>&1 &
pid=$!
until port=$(grep -om1 '[0-9.]*:[0-9]*' server | cut -d: -f2) && [[ -n $port ]]; do sleep 0.05; done
redis-benchmark -p "$port" -t set,get -n 100000000 -c 20 -q >/dev/null 2>&1 &
load=$!
for _ in {1..20}; do
    judge "" $pid
done
kill $load
kill $pid
pid=
