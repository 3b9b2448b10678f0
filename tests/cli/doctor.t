    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }

This machine: what is looked at is the same everywhere, what is found is not.

    $ gctool doctor --json | validate
    valid gctool.doctor.v1
    $ gctool doctor --json | jq -r '.machine[].name'
    kernel
    processors
    clock
    stack guards
    address space
    shared memory
    open files
    file size
    cores
    debuggers
    libgcrt
    $ gctool doctor --json | jq -r '.machine[] | select(.name == "kernel") | .text' | grep -c "$(uname -r)"
    1
    $ gctool doctor | head -n 2
    machine: what this machine offers to a recording
      what           state  found

What is limited is seen, with the fix; it works with less, so the status is 0. (AddressSanitizer needs the address space itself.)

    $ (ulimit -n 100; gctool doctor --json | jq -c '.machine[] | select(.name == "open files") | [.state, .text]')
    ["less","at most 100, sockets included"]
    $ (ulimit -f 100; gctool doctor --json | jq -c '.machine[] | select(.name == "file size")')
    {"name":"file size","state":"less","text":"a trace ends at 100 KiB","fix":["ulimit -f unlimited"]}
    $ [ -n "$SANITIZE" ] && echo '["less",["ulimit -v unlimited"]]' || (ulimit -v 10000000; gctool doctor --json | jq -c '.machine[] | select(.name == "address space") | [.state, .fix]')
    ["less",["ulimit -v unlimited"]]
    $ (taskset -c 0 gctool doctor --json | jq -r '.machine[] | select(.name == "processors") | .state')
    less

A program: not there, not executable, no program, without libgcrt, without names, without frames.

    $ program() { gctool doctor --json "$@" | jq -r '.program[] | "\(.name): \(.state): \(.text) [\(.fix // [] | join("; "))]"'; }
    $ gctool doctor no-such-program >/dev/null
    [2]
    $ program no-such-program
    program: wrong: cannot run 'no-such-program': No such file or directory [it is in no folder of PATH]
    $ touch plain; program ./plain
    program: wrong: cannot run './plain': Permission denied [it is there, but not executable for this user: 'chmod +x' it]
    $ printf '#!/bin/sh\n' >script; chmod +x script; program ./script | head -n 2
    program: ok: ./script []
    uses libgcrt: wrong: './script' is not a program for x86-64 [it is a script: trace what interprets it, as in 'gctool trace INTERPRETER ./script']
    $ cat >c.c <<'EOF'
    > #include <stdio.h>
    > #define F(name) __attribute__((noinline)) int name(int a) { char b[99]; int s = 0; \
    >     for (int i = 0; i < a; i++) { snprintf(b, sizeof b, "%d", i); s += b[0] * i; if (s & 1) puts(b); } return s; }
    > F(f1) F(f2) F(f3) F(f4) F(f5) F(f6)
    > int main(int count, char **) { return f1(count) + f2(count) + f3(count) + f4(count) + f5(count) + f6(count); }
    > EOF
    $ cc -std=gnu2x -O2 -fomit-frame-pointer -o c c.c && program ./c
    program: ok: ./c []
    uses libgcrt: wrong: './c' does not use libgcrt, so there is nothing to record [link it with 'pkg-config --libs gcrt' or the CMake target gcrt::gcrt]
    symbols: ok: function names are in the file []
    source lines: less: no DWARF: functions are known, files, lines and inlined calls are not [compile with -g]
    frame pointers: wrong: in 0 of 7 functions: call stacks will end early or miss callers [compile with -fno-omit-frame-pointer, which the CMake target gcrt::gcrt carries]
    $ cc -std=gnu2x -O2 -g -fno-omit-frame-pointer -o c c.c && program ./c | sed 's/[0-9]* of [0-9]*/ALL/'
    program: ok: ./c []
    uses libgcrt: wrong: './c' does not use libgcrt, so there is nothing to record [link it with 'pkg-config --libs gcrt' or the CMake target gcrt::gcrt]
    symbols: ok: function names are in the file []
    source lines: ok: DWARF is in the file []
    frame pointers: ok: in ALL functions []
    $ cc -static -std=gnu2x -O2 -g -fno-omit-frame-pointer -o cs c.c && program ./cs | grep ^frame | sed 's/[0-9]* of [0-9]*/SOME/'
    frame pointers: less: in SOME functions, those of the C library among them, which need none [compile with -fno-omit-frame-pointer, which the CMake target gcrt::gcrt carries]
    $ strip c && program ./c | grep -v 'program:\|uses'
    symbols: wrong: the file is stripped: functions have no names [link without -s, and do not strip]
    source lines: less: no DWARF: functions are known, files, lines and inlined calls are not [compile with -g]

A program of the tests is as it should be: linked with libgcrt, with names and lines. (Of a few small functions no frames are told.)

    $ gctool doctor "$PROGRAMS/known" >/dev/null
    $ program "$PROGRAMS/known" | sed "s|$PROGRAMS|PROGRAMS|" | grep -v '^frame pointers: ok'
    program: ok: PROGRAMS/known []
    uses libgcrt: ok: yes: 'gctool trace' records it []
    libraries: ok: the loader finds all of them []
    symbols: ok: function names are in the file []
    source lines: ok: DWARF is in the file []

A program whose libgcrt the loader does not find does not start, so it is not recorded either.

    $ echo 'void gcrt_x(void) {}' | cc -x c - -shared -fPIC -o libgcrt.so.0 -Wl,-soname,libgcrt.so.0
    $ echo 'void gcrt_x(void); int main(void) { gcrt_x(); return 0; }' >lost.c && cc -g -o lost lost.c libgcrt.so.0
    $ program ./lost | grep libraries
    libraries: wrong: './lost' does not start: the loader does not find libgcrt.so.0 [as root run ldconfig if its folder is one of the loader's; else set LD_LIBRARY_PATH to the folder, or link with -Wl,-rpath,FOLDER]
    $ LD_LIBRARY_PATH=$PWD program ./lost | grep libraries
    libraries: ok: the loader finds all of them []
    $ gctool trace ./lost
    gctool: './lost' does not start: the loader does not find libgcrt.so.0
    hint: as root run ldconfig if its folder is one of the loader's; else set LD_LIBRARY_PATH to the folder, or link with -Wl,-rpath,FOLDER
    [126]
