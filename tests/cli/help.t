    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }

    $ gctool help | sed '/^verbs:/,/^topics:/d'
    gctool: sees what a program with a garbage collector does
    
    usage: gctool VERB [OPTIONS] [TARGET]
    
      exit-codes       what the exit status tells
      environment      variables that gctool and the programs it records read
      formats          files and JSON documents
    
    'gctool help VERB' or 'gctool help TOPIC' tells more; 'gctool --version' which version this is.

Every file in gctool/commands/ is a verb that is listed with its summary, and nothing else is.

    $ gctool help | sed -n '/^verbs:/,/^topics:/s/^  \([a-z]\+\) .*/\1/p' | sort | diff - <(basename -s .c "$SOURCE"/gctool/commands/*.c | sort)
    $ gctool help --json | jq -r '.verbs[].summary' | while read -r summary; do grep -qF "$summary" "$SOURCE"/gctool/commands/*.c || echo "$summary"; done

    $ gctool --help | diff - <(gctool help)
    $ gctool --version | sed 's/[0-9.]*$/VERSION/'
    gctool VERSION
    $ gctool help completion
    gctool completion: a script that completes gctool's command line in a shell
    
    usage: gctool completion [OPTIONS] bash|zsh
    
    Prints a script for the shell that completes verbs, options, their values and
    files. An installed gctool has it where both shells look for it; elsewhere the
    shell is told to read it.
    
    options:
      -j, --json           write one JSON document for programs, also for an error
      -h, --help           say what this does and takes, and end
    
    exit status:
      0                the script is printed
      2                it could not be written
      3                there is no script for the shell, or the command line is
                       wrong
    $ gctool completion --help | diff - <(gctool help completion)

Topics, among them the variables of the runtime's own table.

    $ gctool help exit-codes
    exit-codes: what the exit status tells
    
    One meaning for all verbs. 'trace' passes on the status of the program that it
    ran, and has own codes where it could not run it.
    
      0                done; a check found nothing
      1                a check found something: 'verify' a damaged file, 'doctor'
                       something missing, 'leaks' a leak
      2                gctool failed, or could not check: no such file, no
                       permission, a full disk
      3                the command line is wrong
      125              of 'trace': gctool failed, the program does not use libgcrt,
                       or what was recorded is not all in the file
      126              of 'trace': the program cannot be executed, or a library of
                       it is not found
      127              of 'trace': there is no such program
      128+N            of 'trace': the program was ended by signal N
    $ gctool help environment | grep -A 1 GCRT_PROCS
      GCRT_PROCS       workers that run goroutines at the same time, 1 to 256;
                       default: the processors of this process
    $ for name in $(grep -o '^    X([A-Z]*' "$SOURCE/runtime/environment_table.h" | tr -d ' X('); do gctool help environment | grep -q "GCRT_$name" || echo "no help for GCRT_$name"; done
    $ gctool help formats
    formats: files and JSON documents
    
    Every file says what it is and of which version; a reader takes every version up
    to its own. A JSON document names its schema in the member 'schema'; units stand
    in the keys. Members are only ever added to a schema; a removal makes a new
    version. share/doc/gctool/formats of an installation describes them.
    
      .gctrace         what 'gctool trace' writes and 'report', 'leaks', 'view' and
                       'verify' read: formats/gctrace.md
      .gcheap          what 'gctool dump' writes and 'heap', 'leaks', 'goroutines',
                       'view' and 'verify' read: formats/gcheap.md
      .gccrash         what 'gctool crash' reads: formats/gccrash.md
      gctool.VERB.v1   the JSON document that a verb writes with --json:
                       formats/VERB.schema.json
      gctool.error.v1  the JSON document where the verb failed:
                       formats/error.schema.json

Every verb has help for people and programs, and --help asks for it.

    $ for verb in $(gctool help --json | jq -r '.verbs[].name'); do gctool "$verb" --help | diff - <(gctool help "$verb"); gctool help --json "$verb" | validate; done | sort | uniq -c | sed 's/ *[0-9]* //'
    valid gctool.help.v1
    $ for topic in $(gctool help --json | jq -r '.topics[].name'); do gctool help --json "$topic" | validate; done | sort -u
    valid gctool.help.v1
    $ gctool help --json | validate
    valid gctool.help.v1
    $ gctool help --json report | jq -c '.options[] | select(.name == "sort")'
    {"name":"sort","letter":"s","value":"KEY","choices":["bytes","count","time","name"],"text":"what comes first; where a section has no bytes, 'bytes' is what it counts"}
