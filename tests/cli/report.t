    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }

A whole trace. What contradicts itself in it is counted, not hidden.

    $ "$PROGRAMS/make_trace" plain story story.gctrace
    $ gctool report story.gctrace
    summary: the program and its recording
      program                         /usr/bin/sample
      interval                        all of the recording
      how it ended                    ended
      recorded for                    7.0 us
      events                          41
      objects allocated               11
      bytes allocated                 4.5 KiB
      of these temporary              95.8 %
      objects freed                   7
      most at once, garbage included  4.5 KiB
      objects alive at the end        4
      bytes alive at the end          192 B
      goroutines created from start   2
      goroutines at the end           1
      collections                     1
      pauses                          1
      pauses in all                   1.0 us
      longest pause                   1.0 us
      counts are exact                no
      what is alive is exact          no
      events lost in all              0
      contradictions in all           2
    
    completeness: why these numbers are not exact
      reason              what it means                                      from  to  count
      trace inconsistent  events contradict each other                          -   -      -
      inconsistent        events earlier than the one before                    -   -      1
      inconsistent        goroutine events that do not follow from its last     -   -      1
    
    allocated: what was allocated, and where
        bytes   share  objects  type         function  location
      4.0 KiB  89.5 %        1  byte         main      story.c:40
        480 B  10.5 %       10  struct node  node_new  node.h:12
    
    alive: what is still alive, and who made it
      bytes    share  objects  oldest  type         function  location
      192 B  100.0 %        4  6.0 us  struct node  node_new  node.h:12
    
    temporary: what died before the first collection after its birth
        bytes   share  objects  type         function  location
      4.0 KiB  93.4 %        1  byte         main      story.c:40
        288 B   6.6 %        6  struct node  node_new  node.h:12
    
    goroutines: who made them, what they do and wait for
      count  runs       state    waits for         since  waits in  waits at   created by    created at   ran  waited  one of them
          1  (unknown)  ended    -                     -  -         -          unknown       -           0 ns    0 ns            -
          1  0x401690   waiting  channel receive  5.0 us  reader    story.c:9  start_reader  story.c:30  0 ns  5.0 us            2
    
    blocking: where goroutines waited
      waited    share  times  longest  now  for              goroutine  function  location
      5.0 us  100.0 %      1   5.0 us    1  channel receive  0x401690   reader    story.c:9
    
    pauses: when the world stood still
      reason  pauses  in all  half within  99 % within  longest  longest at  longest until all stood
      mark         1  1.0 us       1.0 us       1.0 us   1.0 us      5.0 us                   100 ns
    
    cycles: the latest collections
      cycle  cause          at  heap before  marked  objects marked    roots  next goal    freed  objects freed   pause
          1  asked for  5.1 us        480 B   192 B               4  8.0 KiB    4.0 MiB  4.3 KiB              7  1.0 us
    
    cost: what recording cost
      births recorded           11
      births measured           11
      time of one, mean         20 ns
      of all births, from that  220 ns
      recorded for              7.0 us
      file                      1.0 KiB
      file, for 1,000 events    26 KiB
    
    next: gctool report story.gctrace --section alive,goroutines --stacks

Sections, whole stacks, filter, limit, order, interval.

    $ gctool report --section alive,goroutines --stacks story.gctrace
    alive: what is still alive, and who made it
      bytes    share  objects  oldest  type         function  location
      192 B  100.0 %        4  6.0 us  struct node  node_new  node.h:12
          stack:
            node_new node.h:12 (inlined)
            make_nodes story.c:21
            main story.c:40
    
    goroutines: who made them, what they do and wait for
      count  runs       state    waits for         since  waits in  waits at   created by    created at   ran  waited  one of them
          1  (unknown)  ended    -                     -  -         -          unknown       -           0 ns    0 ns            -
          1  0x401690   waiting  channel receive  5.0 us  reader    story.c:9  start_reader  story.c:30  0 ns  5.0 us            2
          stack of the wait:
            reader story.c:9
          stack of the creation:
            start_reader story.c:30
            main story.c:40
    
    next: gctool report story.gctrace --section lifetimes
    $ gctool report --section allocated --limit 1 story.gctrace
    allocated: what was allocated, and where
        bytes   share  objects  type  function  location
      4.0 KiB  89.5 %        1  byte  main      story.c:40
      and 1 more; --limit 0 shows all
    
    next: gctool report story.gctrace --section alive,goroutines --stacks
    $ gctool report --section allocated --sort name --filter NODE.H story.gctrace
    allocated: what was allocated, and where
      bytes    share  objects  type         function  location
      480 B  100.0 %       10  struct node  node_new  node.h:12
    
    next: gctool report story.gctrace --section alive,goroutines --stacks
    $ gctool report --section alive,temporary --filter nothing story.gctrace
    nothing matches 'nothing'
    
    next: gctool report story.gctrace --section alive,goroutines --stacks
    $ gctool report --section summary --until 2us story.gctrace | grep -E 'for|bytes alloc'
      recorded for                    2.0 us
      bytes allocated                 4.5 KiB
    $ gctool report --section summary --since 4us --until 6us story.gctrace | grep -E 'interval|for|events  |allocated'
      interval                        from 4.0 us to 6.0 us
      how it ended                    after the interval
      recorded for                    2.0 us
      events                          8
      objects allocated               0
      bytes allocated                 0 B
    $ gctool report --since 2h --until 1h story.gctrace
    gctool: --since 2h is after --until 1h
    [3]
    $ gctool report --since 1h story.gctrace
    gctool: nothing was recorded after --since 1h: the last event is at 7.0 us
    [2]
    $ gctool report --json --section summary,temporary --since 1us story.gctrace | jq -c '.summary.allocated_objects, .temporary[0]'
    11
    {"bytes":4096,"share_permille":934,"objects":1,"type":"byte","function":"main","location":"story.c:40"}

JSON of everything is what its schema says.

    $ gctool report --json --stacks --section summary,completeness,allocated,alive,temporary,lifetimes,goroutines,blocking,pauses,cycles,cost story.gctrace | validate
    valid gctool.report.v1
    $ gctool report --json story.gctrace | validate
    valid gctool.report.v1

A trace that an earlier build wrote says the same.

    $ mkdir earlier && cp "$SOURCE/tests/data/story.gctrace" earlier
    $ (cd earlier && gctool report --stacks story.gctrace) | diff - <(gctool report --stacks story.gctrace)

From a pipe, and cut off anywhere: the report of the whole part, status 0, and what is missing.

    $ cat story.gctrace | gctool report --json - | jq .summary.events
    41
    $ size=$(stat -c %s story.gctrace)
    $ for bytes in $(seq 64 60 $((size - 1))); do head -c $bytes story.gctrace | gctool report --json - 2>/dev/null >cut.json || echo "status $? at $bytes"; jq -e '.completeness[] | select(.reason == "file cut off")' cut.json >/dev/null || echo "silent at $bytes"; done
    $ head -c $((size - 1)) story.gctrace >cut.gctrace; gctool report --section completeness cut.gctrace
    completeness: why these numbers are not exact
      reason              what it means                                                     from  to  count
      file cut off        the file ends before the recording did: what followed is missing     -   -      -
      trace inconsistent  events contradict each other                                         -   -      -
      inconsistent        events earlier than the one before                                   -   -      1
      inconsistent        goroutine events that do not follow from its last                    -   -      1
    
    next: gctool verify cut.gctrace

Without one event there is nothing to count: that is said first.

    $ head -c 700 story.gctrace | gctool report --section summary - 2>&1 | head -n 2
    gctool: warning: not one event of '-' is whole: there is nothing to count
    summary: the program and its recording

A repair does not make it whole again, and an interval does not end with the program.

    $ head -c 700 story.gctrace >cut.gctrace; gctool verify --repair -o repaired.gctrace cut.gctrace >/dev/null
    [1]
    $ gctool report --section summary,completeness repaired.gctrace 2>/dev/null | grep -E 'how it ended|exact  '
      how it ended                    unknown
      counts are exact                no
      what is alive is exact          no
    $ gctool report --json repaired.gctrace 2>/dev/null | jq -r '.completeness[].reason' | head -n 1
    file cut off
    $ gctool report --section summary --until 2us story.gctrace | grep 'how it ended'
      how it ended                    after the interval

On a terminal, what takes longer than a second says how far it is, and takes that back.

    $ "$PROGRAMS/make_trace" noise 1 200000 noise.gctrace
    $ cat >slow <<'EOF'
    > (head -c 500000 noise.gctrace; sleep 1.1; tail -c +500001 noise.gctrace) | gctool report - >/dev/null
    > EOF
    $ script -qec 'bash slow' /dev/null </dev/null | tr '\r' '\n' >shown
    $ grep -c 'reading: [0-9.]* [KM]iB' shown | sed 's/^[1-9][0-9]*$/some/'
    some
    $ tail -n 1 shown
    \x1b[K (no-eol) (esc)
    $ bash slow

What is no trace, or one of the future, is an error.

    $ gctool report no-such-file
    gctool: cannot open trace 'no-such-file': No such file or directory
    [2]
    $ gctool report .
    gctool: cannot read trace '.': Is a directory
    [2]
    $ gctool report "$GCTOOL" 2>&1 | sed "s|$GCTOOL|GCTOOL|"
    gctool: cannot open trace 'GCTOOL': not a gctrace file (starts with 7f 45 4c 46 02 01 01 00)
    hint: 'gctool trace PROGRAM' makes one
    $ : >empty; gctool report empty
    gctool: cannot open trace 'empty': the file is empty
    [2]
    $ head -c 20 story.gctrace | gctool report -
    gctool: cannot open trace 'standard input': it ends within its header, after 20 bytes
    [2]
    $ gctool report "$SOURCE/tests/data/future.gctrace" 2>&1 | sed "s|$SOURCE|SOURCE|"
    gctool: cannot open trace 'SOURCE/tests/data/future.gctrace': it has version 9, this gctool reads version 1
    hint: use the gctool that recorded it, or a newer one
    $ cp story.gctrace secret; chmod 0 secret; setpriv --reuid 65534 --clear-groups gctool report secret
    gctool: cannot open trace 'secret': Permission denied
    [2]
