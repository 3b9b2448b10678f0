#!/bin/bash
# kvserver_leaks: the two bugs that kvserver can be asked for are found in the running process and in a dump of it, with the line that made them
# and what holds them; a healthy server under the same load has none.
set -euo pipefail
work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # by the trap
finish() {
    ((${#pids[@]} == 0)) || kill -KILL "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
fail() { echo "kvserver_leaks: $*" >&2; cat "$work"/answer* "$work"/*.err >&2 || true; exit 1; }

# start ARGUMENT...: a recorded server; sets tracer, server and port.
start() {
    "$GCTOOL" trace --quiet --output "$work/trace" "$EXAMPLES/kvserver" --port 0 "$@" >"$work/server.out" 2>"$work/server.err" &
    tracer=$!
    pids+=("$tracer")
    port=""
    for _ in $(seq 300); do
        port=$(sed -n 's/^listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$work/server.out")
        [[ -z $port ]] || break
        sleep 0.1
    done
    [[ -n $port ]] || fail 'the server did not say its port'
    server=$(pgrep -P "$tracer" | head -n 1)
}

stop() {
    kill -TERM "$server"
    wait "$tracer" || fail "status $? of the server"
    pids=()
}

# A client that is killed in the middle of a request.
kill_client() {
    local connection
    exec {connection}<>"/dev/tcp/127.0.0.1/$port"
    # shellcheck disable=SC2016 # the dollars are the protocol's
    printf '*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100\r\nhalf' >&"$connection"
    sleep 0.02
    exec {connection}>&-
}

rounds=10 requests=4000
[[ -z $SANITIZE ]] || rounds=3 requests=1000

load() {
    for _ in $(seq "$rounds"); do
        timeout 600 redis-benchmark -p "$port" -q -c 20 -n "$requests" -d 16384 -P 16 -r 100 -t set >"$work/answer" 2>&1 ||
            fail "redis-benchmark: status $?"
        kill_client
    done
    for _ in $(seq 100); do
        [[ $(redis-cli -p "$port" info clients) != *connected_clients:1[^0-9]* ]] || return 0
        sleep 0.1
    done
    fail 'clients stay connected'
}

says() { # says TEXT: it is in the last answer
    grep -q -- "$1" "$work/answer" || fail "the answer lacks '$1'"
}

# both_are_named TARGET
both_are_named() {
    local status=0
    "$GCTOOL" leaks "$1" >"$work/answer" || status=$?
    [[ $status == 1 ]] || fail "leaks $1: status $status"
    says "leaked  *$rounds$"
    says 'time_request.*channel receive.*faults.c:[0-9]'
    [[ -n $SANITIZE ]] || says 'faults_request_begins faults.c:'
    "$GCTOOL" heap "$1" path --limit 1 'struct client' >"$work/answer"
    says 'held by global server.faults.clients in kvserver'
    says '↓ buckets\[[0-9]*\]'
    says '↓ key$'
    says 'struct client 0x[0-9a-f]*, made by connection_start connection.c:'
    "$GCTOOL" heap "$1" path 'bytes' --limit 1 >"$work/answer"
    says '↓ request.input'
}

start --leak-goroutines --leak-map
load
both_are_named "$server"
"$GCTOOL" dump --output "$work/server.gcheap" "$server" >/dev/null
stop
both_are_named "$work/server.gcheap"
if [[ -z $SANITIZE ]]; then
    status=0
    "$GCTOOL" leaks --suspects "$work/trace" >"$work/answer" || status=$?
    [[ $status == 1 ]] || fail "leaks of the trace: status $status"
    says 'struct client  *connection_start  *connection.c:'
    says 'bytes  *request_space  *request.c:'
    "$GCTOOL" leaks "$work/trace" >/dev/null || fail 'suspects count as found without being asked'
    "$GCTOOL" leaks --json "$work/trace" | python3 "$SOURCE/tests/support/validate_json.py" "$SOURCE/docs/formats" >/dev/null ||
        fail 'the JSON is not as its schema'
fi

start
load
"$GCTOOL" leaks "$server" >"$work/answer" || fail 'the healthy server leaks'
stop
if [[ -z $SANITIZE ]]; then
    "$GCTOOL" leaks "$work/trace" >"$work/answer" || fail 'the healthy trace cannot be read'
    ! grep -q 'struct client' "$work/answer" || fail 'clients grow in the healthy server'
fi
