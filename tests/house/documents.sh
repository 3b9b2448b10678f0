#!/bin/bash
# What documents promise exists: paths named in ARCHITECTURE.md and README.md, links between pages, a man page and a schema for every verb.
set -euo pipefail
cd "$SOURCE"
status=0
for page in README.md ARCHITECTURE.md CONTRIBUTING.md docs/README.md; do
    while read -r path; do
        [[ -e $path ]] || { echo "$page names '$path', which is not there"; status=1; }
    done < <(grep -o '`[a-z]*/[A-Za-z0-9_./-]*`' "$page" | tr -d '`' | grep -v '^build/' | grep -vE '\*|NAME|^bin/' | sort -u)
done
while read -r page; do
    while read -r link; do
        target=$(dirname "$page")/${link%%#*}
        [[ -z ${link%%#*} || -e $target ]] || { echo "$page links to '$link', which is not there"; status=1; }
    done < <(grep -o '](\([^)]*\))' "$page" | sed 's/](\(.*\))/\1/' | grep -v '^[a-z]*:' || true)
done < <(git ls-files --cached --others --exclude-standard '*.md')
for verb in "$SOURCE"/gctool/commands/*.c; do
    name=$(basename "$verb" .c)
    [[ -e docs/man/gctool-$name.1.scd ]] || { echo "no man page for gctool $name"; status=1; }
    [[ -e docs/formats/$name.schema.json ]] || { echo "no schema for gctool $name --json"; status=1; }
done
exit $status
