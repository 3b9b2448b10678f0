#!/bin/bash
# Each way to die gives its report, ends the process by its own signal, and leaves a core that begins at the fault.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GCRT_PROCS=2

fail() { echo "crash.sh: $*"; cat "$work/report" 2>/dev/null | head -60; exit 1; }
# dies SIGNAL ARGUMENT...: runs the program, whose report is then in ./report
dies() {
    local signal=$1 status=0
    shift
    { timeout -s KILL 60 "$PROGRAMS/crash" "$@" 2>report >&2 || status=$?; } 2>/dev/null
    ((status == 128 + signal)) || fail "'$*' ended with status $status, not by signal $signal"
}
says() { grep -qE -- "$1" report || fail "not said: $1"; }
# in_order PATTERN...: one after the other
in_order() {
    local at=0 pattern
    for pattern; do
        at=$(grep -nE -- "$pattern" report | awk -F : -v at="$at" '$1 > at && !found { print $1; found = 1 }')
        [[ -n $at ]] || fail "not said, or not behind the one before: $pattern"
    done
}
whole() { in_order '^crashing stack$' '^signal$' '^registers$' '^    rip  ' '^code$' '^goroutines$' '^end of report'; }

# A sanitizer's handlers come first; aborts are not theirs.
if [[ -z $SANITIZE ]]; then
    dies 11 null-write
    whole
    in_order '^fatal error: SIGSEGV, a null pointer$' '^goroutine [0-9]+ \[running\] doomed, started at crash.c:2$' '^    crash\+0x' \
        '^    libgcrt' '^    address    0x0$' '--> c7 00 01 00 00 00' '^goroutine .*\[waiting: channel receive\] parked, started at crash.c:1$' \
        '^    the same stack as the one before$' '^goroutine 1 \[waiting: sleep\] main$'
    [[ $(grep -c ' parked, started' report) == 3 ]] || fail "three goroutines are parked"
    dies 11 thread-null-write
    whole
    in_order '^a thread, on no goroutine' '^    crash\+0x' '^    libc'
    dies 11 wild-jump
    in_order '^fatal error: SIGSEGV, a jump to where no code is' '^    0x1234$' '^    crash\+0x' '^    rip        0x1234$' '^code$' '^    there is no code'
    dies 8 divide
    whole
    says '^fatal error: SIGFPE, an integer divided by 0$'
    dies 4 illegal
    whole
    in_order '^fatal error: SIGILL' '--> 0f 0b'
    dies 11 overflow
    whole
    in_order '^fatal error: stack overflow in goroutine [0-9]+ doomed \(crash.c:2\)' '^goroutine [0-9]+ \[running\] doomed' '^    crash\+0x'
    frames=$(sed -n '/^crashing stack/,/^signal/p' report | grep -c '^    crash+0x')
    ((frames > 80 && frames <= 128)) || fail "$frames frames of a full stack"
    dies 6 abort-in-malloc
    whole
    in_order '^fatal error: SIGABRT, sent by the program itself$' '^goroutine [0-9]+ \[running\] doomed' '^    libc' '^    crash\+0x'
    dies 11 sent
    whole
    says '^fatal error: SIGSEGV, sent by the program itself$'
fi
dies 6 panic
whole
in_order '^panic: the answer is 42$' '^goroutine [0-9]+ \[running\] doomed, started at crash.c:2$' '^    crash\+0x' '^    sender  '
dies 6 thread-panic
whole
in_order '^panic: the answer is 42$' '^a thread, on no goroutine' '^    crash\+0x'

# A thousand parked goroutines: each is named.
dies 6 panic 1000
whole
[[ $(grep -c '\[waiting: channel receive\] parked' report) == 1000 ]] || fail "a thousand goroutines are parked"

# Invariants: what GCRT_FAULT breaks is found, and shown.
export GCRT_VERIFY=cycle
GCRT_FAULT=Q1 dies 6 collect
whole
in_order '^gcrt: fatal error: invariant Q1 \(queues empty\): 0 on the mark stack, 3 in the ring$' '^invariant$' \
    '^    Q1: at the end of marking no work is left' '^    full=0 next=3 nDataRoots=[1-9][0-9]* nAddedRoots=0 nStackRoots=[1-9]'
[[ $(grep -c '^    ring: grey .* slot [0-9]* of span [0-9]*, allocated, marked; pushed by ' report) == 3 ]] || fail "three entries"
GCRT_FAULT=P1 dies 6 collect
whole
in_order '^gcrt: fatal error: invariant P1 \(bad pointer\): ' '^    pointer 0x[0-9a-f]*: free pages of the heap$' \
    '^    held by 0x[0-9a-f]*: struct holder 0x[0-9a-f]*, slot' '^        \+0  0x1abe1' '^    --> \+8  0x[0-9a-f]*  free pages' '^        \+16'
GCRT_FAULT=M3 dies 6 collect
whole
in_order '^gcrt: fatal error: invariant M3 \(pointer to a free slot\): ' '^    pointer .* struct leaf 0x[0-9a-f]*, slot 0 of span [0-9]*, free, unmarked$' \
    '^      0: \[\.\]MMM' '^    held by .*struct holder' '^    --> \+8  0x[0-9a-f]*  struct leaf .*free'
[[ $(timeout 60 "$PROGRAMS/crash" collect) == "nothing was found" ]] || fail "an invariant is broken without a fault"
unset GCRT_VERIFY
[[ $(GCRT_FAULT=M3 timeout 60 "$PROGRAMS/crash" collect) == "nothing was found" ]] || fail "a fault was found that nobody looked for"
GCRT_FAULT=Q1 dies 6 collect
says 'pushed by \(kept with GCRT_VERIFY=cycle\)'

# Without stderr the program still dies of its signal, and the record is whole.
status=0
{ GCRT_CRASH_DIR=. timeout -s KILL 60 "$PROGRAMS/crash" panic 2>&- || status=$?; } 2>/dev/null
((status == 134)) || fail "without stderr: status $status"
[[ $(ls -- *.gccrash | wc -l) == 1 ]] || fail "no record"
status=0
GCRT_CRASH_DIR=nowhere "$PROGRAMS/crash" panic 2>report || status=$?
((status == 2)) || fail "a GCRT_CRASH_DIR that is none is refused"
says "GCRT_CRASH_DIR='nowhere': not a directory"

# The core.
if [[ -z $SANITIZE && $(cat /proc/sys/kernel/core_pattern) != [\|/]* && $(cat /proc/sys/kernel/core_uses_pid) == 0 ]] && ulimit -c unlimited; then
    core=$(cat /proc/sys/kernel/core_pattern)
    for how in null-write:11:null_write divide:8:divide sent:11:syscall panic:6:raise; do
        IFS=: read -r name signal function <<<"$how"
        rm -f core*
        dies "$signal" "$name"
        [[ -e $core ]] || break
        gdb -batch -nx -ex bt "$PROGRAMS/crash" "$core" >bt 2>/dev/null
        grep -qE "^#[0-4] .*($function|pause|kill)" bt || { cat bt; fail "the core of $name does not begin in $function"; }
        ! grep -q 'report' bt || { cat bt; fail "the reporter is in the core's stack"; }
    done
fi
