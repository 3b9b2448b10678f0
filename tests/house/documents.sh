#!/bin/bash
# What documents promise exists: paths named in ARCHITECTURE.md and README.md, links between pages, a man page and a schema for every verb,
# and what lists the verbs or the formats lists all.
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
    grep -q "^|.*\`gctool $name[ \`]" README.md || { echo "README.md's table lacks gctool $name"; status=1; }
    grep -q "\`$name\`\|\`gctool $name" CHANGELOG.md || { echo "CHANGELOG.md lacks gctool $name"; status=1; }
    grep -qF "*gctool-$name*(1)" docs/man/gctool.1.scd || { echo "SEE ALSO of gctool(1) lacks $name"; status=1; }
    [[ -e docs/man/gctool-$name.1.scd ]] || { echo "no man page for gctool $name"; status=1; }
    [[ -e docs/formats/$name.schema.json ]] || { echo "no schema for gctool $name --json"; status=1; }
done
for page in docs/formats/*.md; do
    name=$(basename "$page")
    grep -q "formats/$name" gctool/topics.c || { echo "'gctool help formats' lacks $name"; status=1; }
done
exit $status
