'gctool view': where the page is, what it is made of, and what it refuses. What the page does is tested in a browser: tests/browser/view.py.

    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }
    $ data() { sed -n '/id="data">/,/<\/script>/p' "$1" | sed '1s/.*id="data">//; $d'; }
    $ "$PROGRAMS/make_trace" plain story story.gctrace

    $ gctool view story.gctrace | sed 's/[0-9.]* KiB/SIZE/'
    view: a page for a browser
      page         story.gctrace.html
      size         SIZE
      of the file  story.gctrace
      which is a   trace
    
    next: xdg-open story.gctrace.html
    $ data story.gctrace.html | jq -c '[.title, .subject, .source], [.tables[] | [.name, (.rows | length)]], [.trees[] | [.name, (.nodes | length)]]'
    ["sample","trace","story.gctrace"]
    [["summary",1],["completeness",3],["allocated",2],["alive",1],["growth",0],["temporary",2],["lifetimes",2],["goroutines",2],["blocking",1],["pauses",1],["cycles",1],["cost",1]]
    [["stacks",6]]

The rows are those of the report, and the bytes of the tree those of its summary.

    $ cells() { jq -c --arg name "$1" '.tables[] | select(.name == $name) | [.columns[].key] as $keys | .rows[] | [$keys, .] | transpose | map({(.[0]): .[1]}) | add'; }
    $ for table in allocated alive temporary blocking pauses cycles; do diff <(data story.gctrace.html | cells $table) <(gctool report --json story.gctrace | jq -c ".$table[]"); done
    $ data story.gctrace.html | jq '[.trees[0].nodes[][3]] | add'
    4576
    $ gctool report --json story.gctrace | jq .summary.allocated_bytes
    4576

Another place, standard output, JSON.

    $ gctool view --json -o other.html story.gctrace | tee view.json | validate
    valid gctool.view.v1
    $ jq -c '.view | del(.page_bytes)' view.json
    {"page":"other.html","source":"story.gctrace","subject":"trace"}
    $ [[ $(jq .view.page_bytes view.json) == $(stat -c %s other.html) ]]
    $ gctool view -o - story.gctrace | cmp - other.html

What it refuses, and that nothing is written then.

    $ gctool view missing.gctrace
    gctool: cannot open trace 'missing.gctrace': No such file or directory
    [2]
    $ gctool view "$SOURCE/README.md"
    gctool: cannot open heap dump '*/README.md': not a gcheap file (*) (glob)
    hint: 'gctool trace PROGRAM' makes a trace, 'gctool dump PID' a heap dump
    [2]
    $ gctool view - <story.gctrace
    gctool: a page is made from a file or a process, not from standard input
    [3]
    $ gctool view --json -o - story.gctrace | jq -r .error.message
    gctool: --output - and --json both want standard output
    --output - and --json both want standard output
    $ gctool view -o /missing/page.html story.gctrace
    gctool: cannot write '/missing/page.html': No such file or directory
    [2]
    $ gctool view -o /dev/full story.gctrace
    gctool: cannot write all of '/dev/full': No space left on device
    [2]
    $ ls
    other.html
    story.gctrace
    story.gctrace.html
    view.json
