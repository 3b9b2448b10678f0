What a crash left is told with names.

    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }
    $ die() { (GCRT_CRASH_DIR=. timeout 60 "$PROGRAMS/crash" "$@" || true) >/dev/null 2>&1; mv -- *[0-9].gccrash "$1.gccrash"; }

    $ die panic
    $ gctool crash panic.gccrash | sed -n '1p; 4,6p' | sed 's/ crash.c:[0-9]*/ crash.c:LINE/; s/goroutine [0-9]* /goroutine N /'
    panic: the answer is 42
    crashing stack
    goroutine N [running] doomed, started at crash.c:LINE
        panic crash.c:LINE
    $ gctool crash panic.gccrash | grep -c '\[waiting: channel receive\] parked'
    3
    $ gctool crash panic.gccrash | grep -c '^-->  0x[0-9a-f]*  '
    1
    $ gctool crash --json panic.gccrash | validate
    valid gctool.crash.v1
    $ gctool crash --json panic.gccrash | jq -c '[.verdict, .complete, [.sections[].title]]'
    ["panic: the answer is 42",true,["crashing stack","signal","registers","code","goroutines"]]
    $ gctool crash --json panic.gccrash | jq -r '.sections[0].stacks[0].frames[0].function'
    panic

    $ GCRT_VERIFY=cycle GCRT_FAULT=M3 die collect
    $ gctool crash collect.gccrash | grep -cE 'invariant M3 \(pointer to a free slot\)|struct leaf 0x[0-9a-f]*, slot 0 of span [0-9]*, free, unmarked$'
    3

What is missing is said.

    $ head -c 1500 panic.gccrash >cut.gccrash
    $ gctool crash cut.gccrash 2>&1 >text; head -1 text
    gctool: warning: 'cut.gccrash' is not whole: something is missing above
    panic: the answer is 42
    $ gctool crash "$SOURCE/README.md"
    gctool: cannot open crash record '*/README.md': not a gccrash file (starts with *) (glob)
    hint: GCRT_CRASH_DIR=DIRECTORY makes one when a program crashes
    [2]
