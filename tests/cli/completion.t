    $ validate() { python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats"; }
    $ gctool completion --json bash | validate
    valid gctool.completion.v1
    $ gctool completion --json zsh | jq -j .script | diff - <(gctool completion zsh)

bash: the script alone, then as bash-completion finds it in an installation.

    $ cat >complete.bash <<'EOF'
    > complete_words() {
    >     COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    >     _gctool
    >     printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $/\n/'
    > }
    > EOF
    $ source <(gctool completion bash); source complete.bash
    $ touch run.gctrace
    $ complete_words gctool re
    report
    $ complete_words gctool --
    --help --version
    $ complete_words gctool report --s
    --section= --since= --sort= --stacks
    $ complete_words gctool report --sort = b
    bytes
    $ complete_words gctool report --sort t
    time
    $ complete_words gctool report -s na
    name
    $ complete_words gctool report --section alive,p
    alive,pauses
    $ complete_words gctool report --limit 1
    
    $ complete_words gctool report --json run
    run.gctrace
    $ complete_words gctool help ex
    exit-codes
    $ complete_words gctool completion ''
    bash zsh
    $ touch my-program && chmod +x my-program
    $ complete_words gctool trace --out
    --output=
    $ complete_words gctool trace -o run
    run.gctrace
    $ complete_words gctool trace -o run.gctrace ./my-p
    ./my-program
    $ complete_words gctool trace --output = run.gctrace ./my-p
    ./my-program

What stands behind the program is not ours: no options of 'trace'.

    $ complete_words gctool trace -q ./my-program --
    
    $ complete_words gctool trace -q ./my-program run
    run.gctrace
    $ mkdir -p data/bash-completion/completions
    $ gctool completion bash >data/bash-completion/completions/gctool
    $ XDG_DATA_DIRS=$PWD/data bash -c '
    >     source /usr/share/bash-completion/bash_completion; source complete.bash
    >     _completion_loader gctool; complete_words gctool doc'
    doctor

zsh: in a terminal of its own, as _gctool in $fpath.

    $ mkdir site && gctool completion zsh >site/_gctool
    $ cat >complete.zsh <<'EOF'
    > zmodload zsh/zpty
    > zpty shell 'zsh -f -i'
    > tell() { zpty -w shell "$1" }
    > tell 'PS1=; fpath=('$PWD'/site $fpath); autoload -U compinit; compinit -u -D'
    > tell 'show() { zle expand-or-complete; print -r -- "line:<$BUFFER>:"; zle kill-whole-line }; zle -N show; bindkey "^I" show'
    > tell 'print re""ady'
    > zpty -r shell answer '*ready*'
    > for line in "$@"; do
    >     zpty -w -n shell "$line"$'\t'
    >     zpty -r shell answer '*line:<*>:*'
    >     print -r -- "${${${answer##*line:<}%%>:*}% }"
    > done
    > zpty -d shell
    > EOF
    $ timeout 30 zsh -f complete.zsh 'gctool rep' 'gctool report --lim' 'gctool report --sort=ti' 'gctool report --section=pau' 'gctool report run' 'gctool help envi' 'gctool completion z'
    gctool report
    gctool report --limit=
    gctool report --sort=time
    gctool report --section=pauses,
    gctool report run.gctrace
    gctool help environment
    gctool completion zsh
