'gctool verify': whole, damaged, not checkable; and what a repair keeps.

    $ "$PROGRAMS/make_trace" plain story run.gctrace
    $ gctool verify run.gctrace
    file: the trace as it is
      file                run.gctrace
      state               whole
      format version      1.0
      it ends             the program said so
      size                1.0 KiB
      whole blocks        5
      of a later version  0
      events              41
      stack nodes         4
      named addresses     4
      first event at      0 ns
      last event at       7.0 us
    
    $ cat run.gctrace | gctool verify - | head -3
    file: the trace as it is
      file                -
      state               whole

Cut in its last blocks:

    $ head -c 700 run.gctrace >cut.gctrace
    $ gctool verify cut.gctrace
    file: the trace as it is
      file                cut.gctrace
      state               damaged
      format version      1.0
      it ends             without an end: the recording was broken off, or the file was cut
      size                700 B
      whole blocks        2
      of a later version  0
      events              0
      stack nodes         4
      named addresses     0
      first event at      0 ns
      last event at       0 ns
    
    missing: what is missing
      kind  why                                                 at byte  bytes  blocks  events  from  to
      end   the file stops without an end; symbols stand there      263    437       -       -     -   -
    
    [1]
    $ gctool verify --json cut.gctrace
    {
      "schema": "gctool.verify.v1",
      "file": {
        "path": "cut.gctrace",
        "state": "damaged",
        "version": "1.0",
        "ending": "without an end: the recording was broken off, or the file was cut",
        "file_bytes": 700,
        "blocks": 2,
        "skipped_blocks": 0,
        "events": 0,
        "contexts": 4,
        "symbols": 0,
        "first_ns": 0,
        "last_ns": 0
      },
      "missing": [
        {"kind": "end", "text": "the file stops without an end; symbols stand there", "offset_bytes": 263, "bytes": 437, "blocks": null, "events": null, "from_ns": null, "to_ns": null}
      ]
    }
    [1]

A changed byte in a block, and bytes after the end:

    $ cp run.gctrace bad.gctrace
    $ printf X | dd of=bad.gctrace bs=1 seek=200 conv=notrunc status=none
    $ printf 'more' >>bad.gctrace
    $ gctool verify bad.gctrace | sed '1,/^missing/d'
      kind      why                                           at byte  bytes  blocks  events  from    to
      gap       a block's two sizes disagree                      184     79       1       -  0 ns  0 ns
      trailing  bytes after the end, which belong to nothing    1,073      4       -       -     -     -
    

A repair keeps the whole part, says so, and needs no repair:

    $ gctool verify --repair -o fixed.gctrace bad.gctrace | sed '1,/^repair/d'
      repaired into       fixed.gctrace
      blocks kept         4
      kept                930 B
      left out            83 B
      blocks missing      1
      an end was written  no
    
    $ gctool verify fixed.gctrace | sed '1,/^missing/d'
      kind  why                   at byte  bytes  blocks  events  from    to
      gap   left out by a repair      184     79       1       -  0 ns  0 ns
    
    $ gctool verify --repair --output again.gctrace fixed.gctrace >/dev/null
    [1]
    $ cmp fixed.gctrace again.gctrace
    $ stat -c %a again.gctrace
    600

In place; a whole file stays as it is:

    $ gctool verify --repair -o bad.gctrace bad.gctrace >/dev/null
    [1]
    $ cmp bad.gctrace fixed.gctrace
    $ gctool verify --repair -o same.gctrace run.gctrace | sed '1,/^repair/d'
      repaired into       same.gctrace
      blocks kept         5
      kept                1009 B
      left out            0 B
      blocks missing      0
      an end was written  no
    
    $ cmp run.gctrace same.gctrace

What cannot be checked or written:

    $ gctool verify /etc/passwd
    gctool: cannot open trace '/etc/passwd': not a gctrace file (starts with 72 6f 6f 74 3a 78 3a 30)
    hint: 'gctool trace PROGRAM' makes one
    [2]
    $ gctool verify none.gctrace
    gctool: cannot open trace 'none.gctrace': No such file or directory
    [2]
    $ gctool verify --json none.gctrace
    {
      "schema": "gctool.error.v1",
      "error": {
        "code": "ENOENT",
        "message": "cannot open trace 'none.gctrace': No such file or directory",
        "hint": null
      }
    }
    gctool: cannot open trace 'none.gctrace': No such file or directory
    [2]
    $ gctool verify .
    gctool: cannot read trace '.': Is a directory
    [2]
    $ : >empty.gctrace
    $ gctool verify empty.gctrace
    gctool: cannot open trace 'empty.gctrace': the file is empty
    [2]
    $ gctool verify --repair -o /nowhere/fixed run.gctrace
    gctool: cannot create '/nowhere/fixed': No such file or directory
    [2]
    $ printf '\002' | dd of=same.gctrace bs=1 seek=8 conv=notrunc status=none
    $ gctool verify same.gctrace | sed '1,/^missing/d'
      kind    why                                                                    at byte  bytes  blocks  events  from  to
      header  the file header's checksum does not match: start and pid may be wrong        -     64       -       -     -   -
    

A bit of the magic changed: nothing else is lost, and a repair writes it anew.

    $ cp run.gctrace magic.gctrace
    $ printf '\110' | dd of=magic.gctrace bs=1 seek=1 conv=notrunc status=none; od -An -c -N 3 magic.gctrace
     211   H   C
    $ gctool verify --repair -o magic.fixed magic.gctrace | grep -E '^  (state|events|header|blocks kept)'
      state               damaged
      events              41
      header  the file header's checksum does not match: start and pid may be wrong        -     64       -       -     -   -
      blocks kept         5
    $ od -An -c -N 3 magic.fixed
     211   G   C

What is not a request:

    $ gctool verify --repair run.gctrace
    gctool: --repair needs a file to write to
    hint: add '-o FILE'; it may be the damaged one, which is replaced when all is written
    [3]
    $ gctool verify --repair -o - run.gctrace
    gctool: option '--output' needs a file with a name, got '-'
    hint: standard output is not for it; a file of that name is './-'
    [3]
    $ gctool verify -o fixed.gctrace run.gctrace
    gctool: --output is where --repair writes to
    hint: add '--repair', or leave '--output' out
    [3]
    $ gctool verify --repair -o fixed.gctrace - <run.gctrace
    gctool: standard input cannot be repaired: it would have to be read twice
    hint: write it to a file first
    [3]
    $ gctool verify
    gctool: 'gctool verify' needs FILE
    hint: usage: gctool verify [OPTIONS] FILE
    [3]
