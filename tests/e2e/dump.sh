#!/bin/bash
# Heap dumps of real programs: docs/formats/gcheap.md is true of them (a reader written from it agrees with ours); a server under load goes on; and what
# happens when the program ends, the disk is full, or the file cannot be made.
set -euo pipefail
work=$(mktemp -d)
pids=()
cleanup() {
    ((${#pids[@]} == 0)) || kill -9 "${pids[@]}" 2>/dev/null || true
    mountpoint -q "$work/small" && umount "$work/small"
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
waits=$PROGRAMS/waits

fail() {
    echo "$*"
    exit 1
}

# compare DUMP: both readers say the same
compare() {
    "$GCTOOL" heap --json "$1" >heap
    "$GCTOOL" goroutines --json "$1" >goroutines
    python3 "$SOURCE/tests/format/read_gcheap.py" "$1" >theirs
    python3 - <<'END'
import collections, json
heap, theirs = json.load(open("heap")), json.load(open("theirs"))
summary = heap["summary"]
assert theirs["complete"] and summary["complete"] and theirs["dangling"] == 0, theirs["dangling"]
for ours, name in (("objects", "objects"), ("bytes", "bytes"), ("references", "edges"), ("reachable_objects", "reached")):
    assert summary[ours] == theirs[name], (ours, summary[ours], theirs[name])
assert {row["type"]: row["bytes"] for row in heap["types"]} == theirs["types"], (heap["types"], theirs["types"])
groups = collections.Counter()
for row in json.load(open("goroutines"))["goroutines"]:
    groups[f"{row['name']} {row['state']} {row['wait_reason']}"] += row["goroutines"]
assert dict(groups) == theirs["goroutines"], (groups, theirs["goroutines"])
END
}

# begin TEXT COMMAND...: in the background, until its output has the text
begin() {
    "${@:2}" >said 2>errors &
    pids+=($!)
    until grep -q "$1" said; do
        kill -0 "${pids[-1]}" || fail "did not begin: ${*:2} $(cat errors)"
        sleep 0.05
    done
}

# ---- a server under load: each dump is whole, and every request is answered ----

begin listening "$EXAMPLES/kvserver" --port 0
server=${pids[-1]}
port=$(sed -n 's/^listening on 127.0.0.1:\([0-9]*\)$/\1/p' said)
redis-benchmark -p "$port" -t set,get -n 100000000 -c 20 -r 20000 -q >/dev/null 2>&1 &
pids+=($!)
sleep 0.5
for i in {1..20}; do
    "$GCTOOL" dump -o "live$((i % 2)).gcheap" --json $server >answer || fail "dump $i: $?"
    "$GCTOOL" verify --json "live$((i % 2)).gcheap" | grep -q '"state": "whole"' || fail "dump $i is not whole"
done
python3 -c 'import json; answer = json.load(open("answer"))["dump"]; assert answer["pause_ns"] > 0 and answer["file_bytes"] > 10000, answer'
kill -0 "${pids[-1]}" || fail "the load stopped"
compare live0.gcheap
compare live1.gcheap
[[ $(redis-cli -p "$port" ping) == PONG ]]
[[ -z $(pgrep -P $server || true) ]] || fail "a child of the server is left"
while read -r path id; do # the build ids are those of the files
    [[ $path != /* ]] || [[ $(readelf -n "$path" | sed -n 's/.*Build ID: //p') == "$id" ]] || fail "build id of $path: $id"
done < <(python3 -c 'import json; [print(*module) for module in json.load(open("theirs"))["modules"]]')
grep -q kvserver theirs && grep -q libc theirs

# Two at once: one of them may be told to come again, none gets a broken file.
for i in 1 2 3; do
    status=(0 0)
    "$GCTOOL" dump -o one.gcheap $server >/dev/null 2>first & one=$!
    "$GCTOOL" dump -o two.gcheap $server >/dev/null 2>second & two=$!
    wait $one || status[0]=$?
    wait $two || status[1]=$?
    for name in one:first:${status[0]} two:second:${status[1]}; do
        IFS=: read -r file said_in code <<<"$name"
        if ((code == 0)); then compare $file.gcheap; else grep -q 'another dump is being made' "$said_in" || fail "$(cat "$said_in")"; fi
    done
    ((status[0] == 0 || status[1] == 0)) || fail "nobody got a dump"
done

# ---- what goes wrong ----

status=0
GCRT_HEAPDUMP=/nonexistent/x.gcheap "$waits" nil >out 2>err || status=$?
((status == 0)) && grep -q "^gcrt: GCRT_HEAPDUMP: cannot write '/nonexistent/x.gcheap': No such file or directory$" err || fail "$status $(cat err)"
[[ $(cat out) == ready ]]

mkdir small
if mount -t tmpfs -o size=64k none small 2>/dev/null; then
    GCRT_HEAPDUMP=small/x.gcheap "$waits" list >out 2>err
    grep -q "cannot write 'small/x.gcheap': No space left on device" err || fail "$(cat err)"
    begin ready "$waits" list 60
    status=0
    "$GCTOOL" dump -o small/y.gcheap "${pids[-1]}" >out 2>err || status=$?
    ((status == 2)) && grep -q "y.gcheap': No space left on device" err || fail "$status $(cat err)"
    "$GCTOOL" dump -o whole.gcheap "${pids[-1]}" >/dev/null # the program goes on, and can be asked again
    kill "${pids[-1]}"
fi

# The program ends, while or before it is asked, over and over: a whole dump, or it is said that there is none.
for i in {1..6}; do
    begin ready "$waits" range 60
    program=${pids[-1]}
    (sleep 0.0$i; kill -9 $program) &
    status=0
    "$GCTOOL" dump -o ended.gcheap $program >/dev/null 2>err || status=$?
    if ((status == 0)); then
        "$GCTOOL" verify ended.gcheap >/dev/null || fail "a dump that was called done is not whole"
    else
        ((status == 2)) && grep -qE 'ended meanwhile|no such process|no program on libgcrt' err || fail "$status $(cat err)"
    fi
    wait $program 2>/dev/null || true
done
