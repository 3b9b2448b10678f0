'gctool trace': what is refused before anything runs, and the summary. Programs that end in other ways: tests/e2e/trace.sh.

    $ leaves="$PROGRAMS/leaves"
    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }

A program that runs. Its status is passed on; numbers that vary are replaced.

    $ gctool trace -o run.gctrace "$leaves" 1000 return 7 2>&1 | sed -E "s/[0-9,]+ events in [0-9.]+ [a-z]+,/N events in T,/; s/has .*/has B/; /spent/d"
    gctool: N events in T, 1,000 of them births; 'run.gctrace' has B
    next: gctool report run.gctrace
    $ gctool trace -q -o run.gctrace "$leaves" 1000 return 7
    [7]
    $ gctool report --section summary run.gctrace | grep 'how it ended'
      how it ended                    ended with status 7
    $ stat -c %a run.gctrace
    600
    $ gctool trace --json -o run.gctrace "$leaves" 1000 return 0 >summary.json
    $ validate <summary.json
    valid gctool.trace.v1
    $ gctool trace --json -o run.gctrace "$PROGRAMS/loud" 2>loud.txt | validate
    valid gctool.trace.v1
    $ wc -l <loud.txt
    1001
    $ grep -E '"(file|ending|program_status|births|lost_events)"' summary.json
      "file": "run.gctrace",
      "ending": "ended",
      "program_status": 0,
      "births": 1000,
      "lost_events": 0,

A program that never calls gcrt_run has nothing to record:

    $ gctool trace -o run.gctrace "$leaves" 2>&1 | head -n 1
    gctool: warning: the program never called gcrt_run: nothing was recorded

What cannot be recorded is not run:

    $ gctool trace /bin/true
    gctool: '/bin/true' does not use libgcrt, so there is nothing to record
    hint: link it with 'pkg-config --libs gcrt' or the CMake target gcrt::gcrt
    [125]
    $ gctool trace ./is-not-there
    gctool: cannot run './is-not-there': No such file or directory
    [127]
    $ touch plain && gctool trace ./plain
    gctool: cannot run './plain': Permission denied
    hint: it is there, but not executable for this user: 'chmod +x' it
    [126]
    $ gctool trace -o no/folder/run.gctrace "$leaves" 1 return 0
    gctool: cannot create trace 'no/folder/run.gctrace': No such file or directory
    hint: choose another file with -o
    [125]
    $ gctool trace -o - "$leaves" 1 return 0
    gctool: option '--output' needs a file with a name, got '-'
    hint: standard output is not for it; a file of that name is './-'
    [3]
    $ gctool trace
    gctool: 'gctool trace' needs PROGRAM [ARGUMENT...]
    hint: usage: gctool trace [OPTIONS] PROGRAM [ARGUMENT...]
    [3]

Options behind the program are the program's:

    $ gctool trace -q -o run.gctrace "$leaves" 10 return 0 --json -o other
    $ ls
    loud.txt
    plain
    run.gctrace
    summary.json
