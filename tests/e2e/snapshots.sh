#!/bin/bash
# One program, seen in four ways: by its control page, in a dump, from outside by ptrace, and in its core: the answers are the same. And what is said
# when the program, its file or its core is not what it should be.
set -euo pipefail
[[ -z $SANITIZE ]] || exit 77 # a sanitizer's shadow is in no core, and its programs are not what users look into
work=$(mktemp -d)
pid=
cleanup() {
    [[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
cd "$work"
ulimit -c unlimited

fail() {
    echo "$*"
    exit 1
}

# start PROGRAM [ARGUMENT]: sets pid; the program has arrived where it stays
start() {
    local i
    rm -f ready input
    mkfifo input
    "$@" <input >ready 2>/dev/null &
    pid=$!
    exec 5>input
    for ((i = 0; i < 200; i++)); do
        grep -qs ready ready && return
        sleep 0.05
    done
    fail "$* did not get ready"
}

finish() {
    exec 5>&-
    kill -KILL "$pid" 2>/dev/null || true
    { wait "$pid"; } 2>/dev/null || true
    pid=
}

# crash FILE: the program ends, its core is FILE
crash() {
    kill -SYS "$pid"
    { wait "$pid"; } 2>/dev/null || true
    exec 5>&-
    pid=
    mv core* "$1"
}

# answers NAME TARGET [OPTION]: what three verbs say, without what changes from moment to moment; fails when they warn
answers() {
    local verb
    for verb in heap goroutines leaks; do
        "$GCTOOL" $verb --json "${@:3}" "$2" >out 2>said || (($? == 1)) || fail "$verb $2: $(cat said)"
        [[ ! -s said ]] || fail "$verb $2 warns: $(cat said)"
        jq -S 'del(..|.waiting_ns?) | walk(if type == "object" and .state == "running" then del(.wait_location) else . end)' out >"$verb.$1"
    done
}

same() {
    local verb
    for verb in heap goroutines leaks; do
        diff "$verb.$1" "$verb.$2" || fail "$verb: $1 and $2 differ"
    done
}

# is TEXT COMMAND...: it fails with status 2 and says so
is() {
    local status=0
    "${@:2}" >out 2>said || status=$?
    ((status == 2)) || fail "status $status, not 2: ${*:2}"
    grep -q "$1" said || fail "'$1' is not in: $(cat said)"
}

# Those that are reached: whether the last garbage is still there is a matter of stale registers.
nodes() {
    jq '[.types[] | select(.type == "struct node") | (.bytes - .garbage_bytes) / (.bytes / .objects)] | add'
}

has_cores=true
[[ $(cat /proc/sys/kernel/core_pattern) == core ]] || has_cores=false

for mode in "" spin; do
    export GCRT_STRESS=${mode:+collect=1} # then spans stay to be swept
    start "$PROGRAMS/states" $mode
    answers live "$pid"
    answers ptrace "$pid" --ptrace
    "$GCTOOL" dump --output run.gcheap "$pid" >/dev/null 2>&1
    answers dump run.gcheap
    same live ptrace
    same live dump
    [[ $(nodes <heap.live) == 600 ]] || fail "$(cat heap.live)"
    [[ $(jq '[.leaked[].goroutines] | add' leaks.live) == 6 ]] || fail "$(cat leaks.live)"
    jq -r '.goroutines[].state' goroutines.live | sort -u | tr '\n' ' ' >states
    [[ $mode == "" || $(cat states) == "running syscall waiting " ]] || fail "states $(cat states)"
    if $has_cores; then
        crash "image.of$mode"
        answers core "image.of$mode"
        same live core
    else
        finish
    fi
done

unset GCRT_STRESS

# The books are in order whenever a process is held, though it changes the heap all the time; and it goes on afterwards.
start "$PROGRAMS/states" churn
for ((i = 0; i < 8; i++)); do
    "$GCTOOL" heap --ptrace --json "$pid" >out 2>said || fail "$(cat said)"
    [[ ! -s said && $(jq .summary.complete out) == true ]] || fail "$(cat said out)"
    (($(nodes <out) >= 600)) || fail "$(cat out)"
done
"$GCTOOL" goroutines --json "$pid" | jq -e '.goroutines | length > 5' >/dev/null || fail "it does not go on"

# One that is stopped cannot answer, but can be read, and stays stopped; one that ends meanwhile is said to.
finish
start "$PROGRAMS/states"
kill -STOP "$pid"
answers stopped "$pid" --ptrace
grep -q '^State:.T (stopped)' "/proc/$pid/status" || fail "it is not stopped any more"
kill -CONT "$pid"

# Stopped inside the runtime, it never comes to where the books are in order: said.
finish
GCRT_STRESS=collect=1 start "$PROGRAMS/states" churn
for ((i = 0; i < 20; i++)); do
    kill -STOP "$pid"
    "$GCTOOL" heap --ptrace "$pid" >/dev/null 2>said || fail "$(cat said)"
    kill -CONT "$pid"
    ! grep -q "while the runtime changed the heap" said || break
    sleep 0.01
done
((i < 20)) || fail "twenty times it was stopped where all was in order"

for ((i = 0; i < 5; i++)); do
    { sleep "0.0$i"; kill -KILL "$pid" 2>/dev/null; } &
    killer=$!
    status=0
    "$GCTOOL" heap --ptrace "$pid" >/dev/null 2>said || status=$?
    ((status == 0 || status == 2)) || fail "status $status: $(cat said)"
    wait "$killer" || true
    finish
    start "$PROGRAMS/states" churn
done
gone=$pid
gdb -nx -batch -p "$pid" -ex "shell $GCTOOL heap --ptrace $pid 2>traced; true" >/dev/null 2>&1 || true
grep -q "ptrace is refused" traced || fail "a traced process: $(cat traced)"
finish
is "no such process" "$GCTOOL" heap --ptrace "$gone"

sleep 1000 &
pid=$!
is "there is no libgcrt in it" "$GCTOOL" heap --ptrace "$pid"
is "is no program on libgcrt" "$GCTOOL" heap "$pid"
$has_cores || { kill "$pid"; echo "cores are not written here: $(cat /proc/sys/kernel/core_pattern)"; exit 0; }
kill -SYS "$pid"
wait "$pid" 2>/dev/null || true
pid=
mv core* image.sleep
is "there is no libgcrt in it" "$GCTOOL" heap image.sleep

# Stripped and statically linked: the note is enough. Names of functions are gone.
"$CC" -static -O2 -std=gnu2x -fno-omit-frame-pointer -D_GNU_SOURCE -I"$SOURCE/runtime/include" -o alone \
    "$SOURCE/tests/programs/states.c" "$BUILD/runtime/libgcrt.a" -lpthread
strip alone
start ./alone
for way in "" --ptrace; do
    "$GCTOOL" heap --json $way "$pid" >out
    [[ $(nodes <out) == 600 ]] || fail "stripped, '$way': $(cat out)"
done
crash image.alone
"$GCTOOL" heap --json image.alone >whole
[[ $(nodes <whole) == 600 ]] || fail "stripped, core: $(cat whole)"

# Without the program's file, or with another in its place: counted and followed all the same, said to be incomplete.
mv alone gone
for other in nothing another; do
    [[ $other == nothing ]] || cp "$(type -P true)" alone
    "$GCTOOL" heap --json image.alone >out 2>said || fail "$(cat said)"
    grep -Eq "alone' (is gone, or cannot be read|was changed since)" said || fail "$(cat said)"
    [[ $(jq .summary.complete out) == false ]] || fail "$(cat out)"
    [[ $(jq .summary.objects out) == $(jq .summary.objects whole) ]] || fail "$(cat out whole)"
    "$GCTOOL" goroutines --json image.alone 2>/dev/null | jq -e '.goroutines | length > 4' >/dev/null || fail "goroutines"
done
mv gone alone

# Cut short anywhere: said, nothing worse.
for bytes in 10 63 1000 100000 300000 20000000; do
    cp --sparse=always image.alone cut
    truncate -s "$bytes" cut
    status=0
    "$GCTOOL" heap cut >out 2>said || status=$?
    ((status == 2)) || fail "cut to $bytes: status $status"
    grep -q "cannot read core\|cannot open heap dump\|cannot read heap dump" said || fail "cut to $bytes: $(cat said)"
done
grep -q "cut short" said || fail "$(cat said)"
