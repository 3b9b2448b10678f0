    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }
    $ addresses() { sed -E 's/0x[0-9a-f]{6,}/ADDRESS/g'; }
    $ GCRT_HEAPDUMP=heartbeat.gcheap "$PROGRAMS/heartbeat"

What holds an object, in the words of the source: a global and its members, fields, elements of arrays.

    $ gctool heap heartbeat.gcheap path dispatcher | addresses
    1 of struct dispatcher, 16 B:
      ┬ held by stack of goroutine 4 'beat', which is in beat heartbeat.c:52
      ╰→ struct dispatcher ADDRESS
    
    1 of struct dispatcher, 16 B:
      ┬ held by global config.items[2] in heartbeat
      ├─ struct item ADDRESS
      │    ↓ next
      │    ↓ ... and through 1 more like it
      ├─ struct item ADDRESS
      │    ↓ parts[1]
      │      ~~~~~~~~
      ╰→ struct dispatcher ADDRESS

Objects that are held in the same way are one group.

    $ gctool heap heartbeat.gcheap path 'struct item' | addresses
    3 of struct item, 96 B, all held in this way; the nearest:
      ┬ held by global config.items[2] in heartbeat
      ╰→ struct item ADDRESS

What only a leaked goroutine holds is told so. An address may point into the object.

    $ gctool heap heartbeat.gcheap path gcrt_chan | addresses
    1 of struct gcrt_chan, 112 B:
      ┬ held by stack of goroutine 3 'dispatch', which is in dispatch heartbeat.c:45
      ╰→ struct gcrt_chan ADDRESS
    
    1 of struct gcrt_chan, 112 B, kept by leaked goroutines alone ('gctool leaks'):
      ┬ held by stack of goroutine 2 'forgotten', which is in forgotten heartbeat.c:38, and waits for ever
      ╰→ struct gcrt_chan ADDRESS
    $ address=$(gctool heap heartbeat.gcheap path 'struct item' | sed -n 's/.*item 0x\(.*\)/\1/p')
    $ gctool heap heartbeat.gcheap path "$(printf '0x%x' $((0x$address + 9)))" | grep -c "0x$address"
    1
    $ gctool heap heartbeat.gcheap path -n 1 gcrt_chan | tail -n 1
    1 other ways are left out: --limit 0 shows all
    $ gctool heap heartbeat.gcheap path gcrt_chan --json | validate
    valid gctool.heap-path.v1

A stripped program has offsets and addresses; so has one that is gone.

    $ strip -o stripped "$PROGRAMS/heartbeat"
    $ GCRT_HEAPDUMP=stripped.gcheap ./stripped
    $ gctool heap stripped.gcheap path -n 0 dispatcher | addresses | grep -A 9 'held by ADDRESS'
      ┬ held by ADDRESS in stripped
      ├─ struct item ADDRESS
      │    ↓ +0x0
      │    ↓ ... and through 1 more like it
      ├─ struct item ADDRESS
      │    ↓ +0x10
      │      ~~~~~
      ╰→ struct dispatcher ADDRESS
    $ rm stripped
    $ gctool heap stripped.gcheap path -n 0 dispatcher | addresses | grep -c '+0x10'
    1

What is not there, and what cannot be asked.

    $ gctool heap heartbeat.gcheap path nothing
    gctool: no object's type has 'nothing' in its name
    hint: 'gctool heap TARGET' lists the types; an address begins with 0x
    [2]
    $ gctool heap heartbeat.gcheap path 0x10
    gctool: no object is at 0x10
    [2]
    $ gctool heap heartbeat.gcheap path
    gctool: 'heap' cannot be asked this, beginning with 'path'
    hint: 'gctool heap TARGET [stats]' or 'gctool heap TARGET path ADDRESS|TYPE'
    [3]
    $ gctool heap heartbeat.gcheap paths item
    gctool: 'heap' cannot be asked this, beginning with 'paths'
    hint: 'gctool heap TARGET [stats]' or 'gctool heap TARGET path ADDRESS|TYPE'
    [3]
    $ gctool heap heartbeat.gcheap stats | diff - <(gctool heap heartbeat.gcheap)

It ran unrecorded: who made what is not known, which is one line for people and stays a table for programs.

    $ gctool heap heartbeat.gcheap | grep -A 9 'who made'
    who made it is not known: births were not recorded; 'gctool trace PROGRAM' records them
    $ gctool heap --json heartbeat.gcheap | jq 'has("sites")'
    true
