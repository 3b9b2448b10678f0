A verb or option that is not known is never guessed: exit status 3 and a suggestion.

    $ gctool
    gctool: which verb?
    hint: 'gctool help' lists the verbs
    [3]
    $ gctool repot run.gctrace
    gctool: unknown verb 'repot'
    hint: did you mean 'gctool report'?
    [3]
    $ gctool profile
    gctool: unknown verb 'profile'
    hint: 'gctool help' lists the verbs
    [3]
    $ gctool --nothing
    gctool: unknown option '--nothing'
    hint: 'gctool help' lists the verbs
    [3]
    $ for word in version -V -v --vers; do gctool $word; done
    gctool: unknown verb 'version'
    hint: did you mean 'gctool --version'?
    gctool: unknown option '-V'
    hint: did you mean 'gctool --version'?
    gctool: unknown option '-v'
    hint: did you mean 'gctool --version'?
    gctool: unknown option '--vers'
    hint: did you mean 'gctool --version'?
    [3]
    $ gctool report --limt 3 run.gctrace
    gctool: unknown option '--limt' for 'gctool report'
    hint: did you mean '--limit'?
    [3]
    $ gctool report -x
    gctool: unknown option '-x' for 'gctool report'
    hint: 'gctool help report' lists its options
    [3]
    $ gctool report
    gctool: 'gctool report' needs FILE
    hint: usage: gctool report [OPTIONS] FILE
    [3]
    $ gctool report a b
    gctool: 'gctool report' does not take 'b'
    hint: usage: gctool report [OPTIONS] FILE
    [3]
    $ gctool report --limit ten a
    gctool: option '--limit' needs a whole number, got 'ten'
    [3]
    $ gctool report --limit
    gctool: option '--limit' needs a value: --limit N
    [3]
    $ gctool report --sort size a
    gctool: option '--sort' needs one of 'bytes' 'count' 'time' 'name', got 'size'
    [3]
    $ gctool report --section alive,pause a
    gctool: option '--section' needs some of 'summary' 'completeness' 'allocated' 'alive' 'growth' 'temporary' 'lifetimes' 'goroutines' 'blocking' 'pauses' 'cycles' 'cost', got 'pause'
    hint: did you mean 'pauses'?
    [3]
    $ gctool report --since tomorrow a
    gctool: option '--since' needs a time as 1.5s, 200ms or 10us, got 'tomorrow'
    [3]
    $ gctool report --json=1 a
    gctool: option '--json' takes no value, got '1'
    [3]
    $ gctool help reprot
    gctool: no help for 'reprot': neither a verb nor a topic
    hint: did you mean 'gctool help report'?
    [3]
    $ gctool completion fish
    gctool: no completion for the shell 'fish': there are bash and zsh
    [3]

With --json the same is a document, too, wherever the option stands; the status is the same.

    $ gctool report --limt 3 --json run.gctrace
    {
      "schema": "gctool.error.v1",
      "error": {
        "code": "EINVAL",
        "message": "unknown option '--limt' for 'gctool report'",
        "hint": "did you mean '--limit'?"
      }
    }
    gctool: unknown option '--limt' for 'gctool report'
    hint: did you mean '--limit'?
    [3]
    $ gctool nothing --json | python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"
    gctool: unknown verb 'nothing'
    hint: 'gctool help' lists the verbs
    valid gctool.error.v1
    $ gctool report --json no-such-file 2>/dev/null
    {
      "schema": "gctool.error.v1",
      "error": {
        "code": "ENOENT",
        "message": "cannot open trace 'no-such-file': No such file or directory",
        "hint": null
      }
    }
    [2]
    $ gctool report --json no-such-file 2>/dev/null | python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"
    valid gctool.error.v1

A name that holds control characters does not reach the terminal as such.

    $ gctool report "$(printf 'a\033[2Jb')"
    gctool: cannot open trace 'a?[2Jb': No such file or directory
    [2]
