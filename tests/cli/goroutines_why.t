    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }
    $ moments() { sed -E 's/0x[0-9a-f]{6,}/ADDRESS/g; s/waited for [0-9.]+ [mun]?s/waited for SOME ms/'; }
    $ GCRT_HEAPDUMP=heartbeat.gcheap "$PROGRAMS/heartbeat"

A heartbeat keeps a dispatcher reachable, and so hides that its receiver waits in vain: the way tells.

    $ gctool goroutines heartbeat.gcheap --why 3 | moments
    goroutine 3 'dispatch' has waited for SOME ms (channel receive) in dispatch heartbeat.c:45; it was started at heartbeat.c:60.
    It counts as alive, because what it waits for can be reached:
      ┬ held by stack of goroutine 4 'beat', which is in beat heartbeat.c:52
      ├─ struct dispatcher ADDRESS
      │    ↓ queue.jobs
      ╰→ struct gcrt_chan ADDRESS
    
    goroutine 4 'beat' has waited for SOME ms (sleep) in beat heartbeat.c:52; it was started at heartbeat.c:61.
    It is alive: what it waits for (time, input, the runtime) comes by itself.
    
    If none of these will ever use it, the goroutine is leaked in truth, and this way hides it: drop one of the references above, or close what it waits for.
    $ gctool goroutines heartbeat.gcheap --why 3 --json | validate
    valid gctool.goroutine-why.v1

One that is leaked, and one that is not there.

    $ gctool goroutines heartbeat.gcheap --why 2 | moments
    goroutine 2 'forgotten' has waited for SOME ms (channel send) in forgotten heartbeat.c:38; it was started at heartbeat.c:77.
    It waits for ever: nothing that can still run reaches what it waits for. 'gctool leaks' says what it keeps.
    $ gctool goroutines heartbeat.gcheap --why 2 --json | validate
    valid gctool.goroutine-why.v1
    $ gctool goroutines heartbeat.gcheap --why 99
    gctool: there is no goroutine 99
    hint: 'gctool goroutines TARGET' has one of each group under 'one of them'
    [2]
