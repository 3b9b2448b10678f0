Heap dumps: what the verbs say of a good one, of none, and of processes that give none.

    $ "$PROGRAMS/make_heap" story run.gcheap
    $ gctool heap run.gcheap
    summary: the heap
      program                     /usr/bin/sample
      process                     4,711
      collections so far          12
      objects                     5
      bytes                       288 B
      reachable objects           4
      reachable bytes             192 B
      references between objects  4
      root words                  3
      goroutines                  2
      all of it could be read     yes
    
    types: what the heap holds, by type
      bytes   share  objects  of these garbage  type
      192 B  66.6 %        2              96 B  struct gcrt_chan
       96 B  33.3 %        3               0 B  struct node
    
    sites: what the heap holds, and who made it
      bytes   share  objects  of these garbage  type              function       location
      192 B  66.6 %        2              96 B  struct gcrt_chan  sample+0x1000  -
       64 B  22.2 %        2               0 B  struct node       sample+0x1100  -
       32 B  11.1 %        1               0 B  struct node       unknown        -
    
    $ gctool leaks run.gcheap
    summary: leaked goroutines
      program                               /usr/bin/sample
      goroutines                            2
      leaked                                0
      undecided                             0
      kept by several leaked ones together  0 B
      all of the dump could be read         yes
    
    blocked, but not leaked: 1; a global or a goroutine that can still run holds what they wait for
    next: gctool goroutines run.gcheap [--why ID]
    $ gctool goroutines - <run.gcheap
    goroutines: goroutines by what they run and wait for
      count  runs     state    waits for         since  in             at  started at   one of them
          1  consume  running  -                     -  sample+0x1210  -   sample.c:12            2
          1  consume  waiting  channel receive  3.0 ms  sample+0x1210  -   sample.c:12            3
    
    $ gctool verify run.gcheap | head -4
    file: the heap dump as it is
      file                run.gcheap
      state               whole
      format version      1.0

Bad files, each verb:

    $ "$PROGRAMS/make_heap" future future.gcheap
    $ : >empty.gcheap
    $ head -c 30 run.gcheap >head.gcheap
    $ mkdir folder.gcheap
    $ "$PROGRAMS/make_trace" plain story trace.gcheap
    $ for file in future empty head folder trace gone; do gctool leaks $file.gcheap; echo $?; done
    gctool: cannot open heap dump 'future.gcheap': it has version 2, this gctool reads version 1
    hint: use the gctool that recorded it, or a newer one
    2
    gctool: cannot open heap dump 'empty.gcheap': the file is empty
    2
    gctool: cannot open heap dump 'head.gcheap': it ends within its header, after 30 bytes
    2
    gctool: cannot read trace 'folder.gcheap': Is a directory
    2
    gctool: the recording has 1 collections, too few to tell what grows
    hint: record 8 or more; goroutines that wait for ever are found in a process or a heap dump: 'gctool leaks PID'
    2
    gctool: cannot open trace 'gone.gcheap': No such file or directory
    2
    $ for verb in heap goroutines verify; do gctool $verb empty.gcheap; echo $?; done
    gctool: cannot open heap dump 'empty.gcheap': the file is empty
    2
    gctool: cannot open heap dump 'empty.gcheap': the file is empty
    2
    gctool: cannot open trace 'empty.gcheap': the file is empty
    2

Cut: what there is is told, but nothing is proved, and --repair does not make it whole.

    $ head -c 900 run.gcheap >cut.gcheap
    $ gctool heap cut.gcheap 2>warning | grep -E 'objects  |read'
      objects                     5
      reachable objects           4
      references between objects  4
      all of it could be read     no
      bytes   share  objects  of these garbage  type
      bytes   share  objects  of these garbage  type              function       location
    $ cat warning
    gctool: warning: 'cut.gcheap' is not whole: 'gctool verify' says what is missing
    $ gctool goroutines cut.gcheap 2>&1 >/dev/null
    gctool: warning: 'cut.gcheap' is not whole: 'gctool verify' says what is missing
    $ gctool leaks cut.gcheap 2>/dev/null
    summary: leaked goroutines
      program                               /usr/bin/sample
      goroutines                            0
      leaked                                0
      undecided                             0
      kept by several leaked ones together  0 B
      all of the dump could be read         no
    
    [2]
    $ gctool leaks cut.gcheap 2>&1 >/dev/null | tail -n 2
    gctool: the dump is not whole, so nothing is proved
    hint: make another one
    $ gctool verify --repair -o mended.gcheap cut.gcheap | grep -E 'it is|state|ends|kept|stops'
    file: the heap dump as it is
      state               damaged
      it ends             without an end: the recording was broken off, or the file was cut
      end   the file stops without an end; symbols stand there      820     80       -       -     -   -
    repair: what was kept of it
      blocks kept         8
      kept                756 B
    $ gctool verify mended.gcheap | grep -E 'it is|state|ends|repaired'
    file: the heap dump as it is
      state               damaged
      it ends             a repair wrote the end
      end   the file that was repaired had none        -      -       -       -     -     -
    $ gctool leaks mended.gcheap >/dev/null
    gctool: warning: 'mended.gcheap' is not whole: 'gctool verify' says what is missing
    gctool: the dump is not whole, so nothing is proved
    hint: make another one
    [2]

Processes:

    $ gctool dump 4194304
    gctool: cannot dump process 4194304: there is no such process
    [2]
    $ gctool dump -o - 4194304
    gctool: option '--output' needs a file with a name, got '-'
    hint: standard output is not for it; a file of that name is './-'
    [3]
    $ gctool dump abc
    gctool: 'abc' is no process id
    [3]
    $ gctool dump -o x.gcheap $$ 2>&1 | sed "s/$$/PID/"
    gctool: cannot dump process PID: it is no program on libgcrt, or has not begun to run
    hint: 'gctool doctor PROGRAM' tells whether a program uses libgcrt
    $ test ! -e x.gcheap

A file of ours of another kind is told by what reads it.

    $ "$PROGRAMS/make_trace" plain story other.gctrace; gctool heap other.gctrace
    gctool: cannot open heap dump 'other.gctrace': not a gcheap file (starts with 89 47 43 54 52 41 43 45)
    hint: it is a trace: 'gctool report', 'leaks' and 'view' read it
    [2]
    $ gctool report run.gcheap
    gctool: cannot open trace 'run.gcheap': not a gctrace file (starts with 89 47 43 48 45 41 50 0a)
    hint: it is a heap dump: 'gctool heap', 'leaks', 'goroutines' and 'view' read it
    [2]
