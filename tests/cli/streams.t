What cannot be written is an error, also when the output is longer than what is buffered.

    $ "$PROGRAMS/make_trace" plain story story.gctrace; trace=story.gctrace
    $ gctool help >/dev/full
    gctool: cannot write to standard output: No space left on device
    [2]
    $ gctool completion bash | wc -c | awk '{ print ($1 > 4096) }'
    1
    $ gctool completion bash >/dev/full
    gctool: cannot write to standard output: No space left on device
    [2]
    $ all=summary,completeness,allocated,alive,temporary,lifetimes,goroutines,blocking,pauses,cycles,cost
    $ gctool report --json --stacks --section $all "$trace" | wc -c | awk '{ print ($1 > 4096) }'
    1
    $ gctool report --json --stacks --section $all "$trace" >/dev/full
    gctool: cannot write to standard output: No space left on device
    [2]
    $ gctool help >&-
    gctool: cannot write to standard output: Bad file descriptor
    [2]
    $ gctool trace --quiet -o closed.gctrace "$PROGRAMS/loud" >&-
    $ gctool verify closed.gctrace | grep -E "state|it ends"
      state               whole
      it ends             the program said so

A reader that goes away is none, with and without the signal.

    $ gctool report --stacks "$trace" | head -n 1
    summary: the program and its recording
    $ cat >closed.py <<'EOF'
    > import os, subprocess, sys
    > reader, writer = os.pipe()
    > os.close(reader)
    > print(subprocess.run(["gctool", "help"], stdout=writer, restore_signals=sys.argv[1] == "signal").returncode)
    > EOF
    $ python3 closed.py signal
    -13
    $ python3 closed.py ignored
    141

Colour is for terminals, or where it is asked for; NO_COLOR is obeyed.

    $ gctool report --section alive "$trace" | head -n 1 | od -c | head -n 1
    0000000   a   l   i   v   e   :       w   h   a   t       i   s       s
    $ gctool report --color always --section alive "$trace" | head -n 1 | od -c | head -n 1
    0000000 033   [   1   m   a   l   i   v   e   :       w   h   a   t    
    $ GCTOOL_PAGER= TERM=xterm NO_COLOR=1 script -qec "gctool report --section alive $trace" /dev/null </dev/null | head -n 1 | od -c | head -n 1
    0000000   a   l   i   v   e   :       w   h   a   t       i   s       s
    $ GCTOOL_PAGER= TERM=xterm NO_COLOR= script -qec "gctool report --section alive $trace" /dev/null </dev/null | head -n 1 | od -c | head -n 1
    0000000 033   [   1   m   a   l   i   v   e   :       w   h   a   t    
    $ GCTOOL_PAGER= TERM=dumb script -qec "gctool report --section alive $trace" /dev/null </dev/null | head -n 1 | od -c | head -n 1
    0000000   a   l   i   v   e   :       w   h   a   t       i   s       s

The pager is for terminals and for people: GCTOOL_PAGER before PAGER, empty is none.

    $ export NO_COLOR=1
    $ GCTOOL_PAGER='sed s/^/A/' PAGER='sed s/^/B/' script -qec 'gctool help' /dev/null </dev/null | head -n 1
    Agctool: sees what a program with a garbage collector does\r (esc)
    $ PAGER='sed s/^/B/' script -qec 'gctool help' /dev/null </dev/null | head -n 1
    Bgctool: sees what a program with a garbage collector does\r (esc)
    $ GCTOOL_PAGER= PAGER='sed s/^/B/' script -qec 'gctool help' /dev/null </dev/null | head -n 1
    gctool: sees what a program with a garbage collector does\r (esc)
    $ PAGER='sed s/^/B/' script -qec 'gctool help --json' /dev/null </dev/null | head -n 1
    {\r (esc)
    $ PAGER='sed s/^/B/' gctool help | head -n 1
    gctool: sees what a program with a garbage collector does
    $ "$PROGRAMS/make_trace" noise 1 20000 noise.gctrace
    $ PAGER='head -n 1' script -qec 'gctool report --limit 0 --stacks noise.gctrace; echo status $?' /dev/null </dev/null
    summary: the program and its recording\r (esc)
    status 0\r (esc)
    $ PAGER=no-such-pager script -qec 'gctool help; echo status $?' /dev/null </dev/null
    sh: 1: no-such-pager: not found\r (esc)
    status 0\r (esc)
