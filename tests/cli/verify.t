'gctool verify': whole, damaged, not checkable; and what a repair keeps.

    $ "$PROGRAMS/make_trace" plain story run.gctrace
    /bin/bash: line 2: /make_trace: No such file or directory
    [127]
    $ gctool verify run.gctrace
    /bin/bash: line 4: gctool: command not found
    [127]
    $ cat run.gctrace | gctool verify - | head -3
    /bin/bash: line 6: gctool: command not found
    cat: run.gctrace: No such file or directory

Cut in its last blocks:

    $ head -c 700 run.gctrace >cut.gctrace
    head: cannot open 'run.gctrace' for reading: No such file or directory
    [1]
    $ gctool verify cut.gctrace
    /bin/bash: line 10: gctool: command not found
    [127]
    $ gctool verify --json cut.gctrace
    /bin/bash: line 12: gctool: command not found
    [127]

A changed byte in a block, and bytes after the end:

    $ cp run.gctrace bad.gctrace
    cp: cannot stat 'run.gctrace': No such file or directory
    [1]
    $ printf X | dd of=bad.gctrace bs=1 seek=200 conv=notrunc status=none
    $ printf 'more' >>bad.gctrace
    $ gctool verify bad.gctrace | sed '1,/^missing/d'
    /bin/bash: line 20: gctool: command not found

A repair keeps the whole part, says so, and needs no repair:

    $ gctool verify --repair -o fixed.gctrace bad.gctrace | sed '1,/^repair/d'
    /bin/bash: line 22: gctool: command not found
    $ gctool verify fixed.gctrace | sed '1,/^missing/d'
    /bin/bash: line 24: gctool: command not found
    $ gctool verify --repair --output again.gctrace fixed.gctrace >/dev/null
    /bin/bash: line 26: gctool: command not found
    [127]
    $ cmp fixed.gctrace again.gctrace
    cmp: fixed.gctrace: No such file or directory
    [2]

In place; a whole file stays as it is:

    $ gctool verify --repair -o bad.gctrace bad.gctrace >/dev/null
    /bin/bash: line 30: gctool: command not found
    [127]
    $ cmp bad.gctrace fixed.gctrace
    cmp: fixed.gctrace: No such file or directory
    [2]
    $ gctool verify --repair -o same.gctrace run.gctrace | sed '1,/^repair/d'
    /bin/bash: line 34: gctool: command not found
    $ cmp run.gctrace same.gctrace
    cmp: run.gctrace: No such file or directory
    [2]

What cannot be checked or written:

    $ gctool verify /etc/passwd
    /bin/bash: line 38: gctool: command not found
    [127]
    $ gctool verify none.gctrace
    /bin/bash: line 40: gctool: command not found
    [127]
    $ gctool verify --json none.gctrace
    /bin/bash: line 42: gctool: command not found
    [127]
    $ gctool verify .
    /bin/bash: line 44: gctool: command not found
    [127]
    $ : >empty.gctrace
    $ gctool verify empty.gctrace
    /bin/bash: line 48: gctool: command not found
    [127]
    $ gctool verify --repair -o /nowhere/fixed run.gctrace
    /bin/bash: line 50: gctool: command not found
    [127]
    $ printf '\002' | dd of=same.gctrace bs=1 seek=8 conv=notrunc status=none
    $ gctool verify same.gctrace | sed '1,/^missing/d'
    /bin/bash: line 54: gctool: command not found

What is not a request:

    $ gctool verify --repair run.gctrace
    /bin/bash: line 56: gctool: command not found
    [127]
    $ gctool verify -o fixed.gctrace run.gctrace
    /bin/bash: line 58: gctool: command not found
    [127]
    $ gctool verify --repair -o fixed.gctrace - <run.gctrace
    /bin/bash: line 60: run.gctrace: No such file or directory
    [1]
    $ gctool verify
    /bin/bash: line 62: gctool: command not found
    [127]
