#!/bin/bash
# libgcrt.so exports nothing but what the public headers name. (Hidden entries of the dynamic table, which GNU ld leaves there, bind nobody.)
set -euo pipefail
[[ -z $SANITIZE ]] || exit 77 # sanitizers add symbols of their own
exported=$(readelf -W --dyn-syms "$BUILD/runtime/libgcrt.so" |
    awk '$5 != "LOCAL" && $6 != "HIDDEN" && $7 ~ /^[0-9]+$/ { print $8 }' | sort -u)
named=$(cat "$SOURCE"/runtime/include/gcrt/*.h | grep -ow 'gcrt_[a-z0-9_]*' | sort -u)
[[ -n $exported ]]
unnamed=$(comm -23 <(echo "$exported") <(echo "$named"))
[[ -z $unnamed ]] || { echo "exported, and in no public header: $unnamed"; exit 1; }
