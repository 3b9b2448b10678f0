#!/bin/bash
# kvserver: replies like redis-server's, loses nothing under load, survives what is no request.
set -euo pipefail
# shellcheck disable=SC2153 # the environment is tests/CMakeLists.txt's
server_program=$EXAMPLES/kvserver here=$SOURCE/tests/e2e/kvserver
work=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # by the trap
finish() {
    ((${#pids[@]} == 0)) || kill -KILL "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
fail() { echo "kvserver: $*" >&2; cat "$work/server.err" >&2 || true; exit 1; }

port=""
server=""
# start [WRAPPER...]: sets server and port.
start() {
    : >"$work/server.out"
    "$@" "$server_program" --port 0 >"$work/server.out" 2>"$work/server.err" &
    server=$!
    pids+=("$server")
    port=""
    for _ in $(seq 300); do
        port=$(sed -n 's/^listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$work/server.out")
        [[ -z $port ]] || return 0
        sleep 0.1
    done
    fail 'did not say its port'
}

# stop SIGNAL: it ends with status 0.
stop() {
    kill "-$1" "$server"
    local status=0
    wait "$server" || status=$?
    [[ $status == 0 ]] || fail "status $status after SIG$1"
    pids=()
}

cli() { timeout 60 redis-cli -p "$port" "$@"; }

expect() { # expect WANTED COMMAND...
    local got
    got=$(cli "${@:2}")
    [[ $got == "$1" ]] || fail "${*:2}: '$got', not '$1'"
}

# until_says WANTED COMMAND...: within 20 s
until_says() {
    local got
    for _ in $(seq 200); do
        got=$(cli "${@:2}" | tr -d '\r')
        [[ $got != *"$1"* ]] || return 0
        sleep 0.1
    done
    fail "${*:2}: '$got', never '$1'"
}

# transcript PORT: every line of 'commands' with its reply.
transcript() {
    local line mask
    while IFS= read -r line; do
        [[ $line != '#'* ]] || continue
        printf '> %s\n' "$line"
        if [[ $line == 'raw '* ]]; then
            # shellcheck disable=SC2059 # its escapes are meant
            printf "${line#raw }" | timeout 20 nc -N 127.0.0.1 "$1" | cat -v
        else
            # redis-cli says how long it took where it took long; what is left of 50 or 100 seconds depends on that as well.
            [[ $line == TTL* ]] && mask='s/^\(integer\) ([3-9][0-9]|100)$/(integer) 30 to 100/' || mask=
            printf '%s\n' "$line" | timeout 20 redis-cli --no-raw -p "$1" | sed -E '/^\([0-9.]*s\)$/d; '"$mask"
        fi
    done <"$here/commands"
}

replies_are_those_of_redis() {
    transcript "$port" >"$work/transcript"
    diff -u "$here/transcript" "$work/transcript" || fail 'replies differ from the transcript'
    command -v redis-server >/dev/null || return 0
    local redis_port
    for redis_port in $((20000 + RANDOM % 10000)) $((20000 + RANDOM % 10000)); do
        redis-server --port "$redis_port" --save '' --appendonly no --dir "$work" >"$work/redis.out" 2>&1 &
        local redis=$!
        pids+=("$redis")
        for _ in $(seq 100); do
            ! timeout 5 redis-cli -p "$redis_port" ping >/dev/null 2>&1 || break
            sleep 0.1
        done
        if kill -0 "$redis" 2>/dev/null; then
            transcript "$redis_port" >"$work/transcript.redis"
            kill "$redis"
            diff -u "$work/transcript.redis" "$work/transcript" || fail "replies differ from redis-server's"
            return 0
        fi
    done
    fail 'redis-server does not start'
}

keys_expire_unasked() {
    cli flushall >/dev/null
    cli set passing v px 50 >/dev/null
    cli set staying v >/dev/null
    cli set later v ex 100 >/dev/null
    until_says 2 dbsize
    expect '' get passing
    until_says 'keys=2,expires=1' info keyspace
}

large_values_arrive_whole() {
    head -c 5000000 /dev/urandom | base64 -w 0 >"$work/large"
    cli -x set large <"$work/large" >/dev/null
    cli get large >"$work/large.back"
    cmp -n "$(stat -c %s "$work/large")" "$work/large" "$work/large.back" || fail 'a large value came back changed'
    cli -x rpush biglist <"$work/large" >/dev/null
    cli rpush biglist small >/dev/null
    cli lpop biglist >"$work/large.back"
    cmp -n "$(stat -c %s "$work/large")" "$work/large" "$work/large.back" || fail 'a large element came back changed'
    expect small lpop biglist
}

# benchmark REQUESTS ARGUMENT...: without an error
benchmark() {
    timeout 1500 redis-benchmark -p "$port" -q -n "$@" >"$work/bench" 2>&1 || fail "redis-benchmark $*: $(tail -c 500 "$work/bench")"
    ! grep -aqiE 'err(or)?[ :]' "$work/bench" || fail "redis-benchmark $*: $(grep -aiE 'err(or)?[ :]' "$work/bench" | head -n 3)"
}

all=ping,set,get,incr,lpush,rpush,lpop,rpop,lrange,mset
requests=5000
[[ -z ${GCTOOL_TEST_LONG:-} ]] || requests=1000000
[[ -z $SANITIZE ]] || requests=1000

# load_is_served ARGUMENT...
load_is_served() {
    benchmark "$requests" -c 50 -t "$all" "$@"
    [[ $(tr '\r' '\n' <"$work/bench" | grep -ac 'requests per second') -ge 15 ]] || fail "not all of $all was measured"
    cli flushall >/dev/null
}

load_is_recorded() {
    start "$GCTOOL" trace --quiet --output "$work/trace"
    load_is_served -P 1
    load_is_served -P 16
    stop TERM
    [[ ! -s $work/server.err ]] || fail 'the recording said something'
    "$GCTOOL" verify "$work/trace" >/dev/null || fail 'the recording is damaged'
    rm "$work/trace"
}

nothing_is_lost_between_clients() {
    local count=$((requests < 20000 ? requests * 4 : 100000))
    benchmark "$count" -c 50 -P 4 incr counter
    expect "$count" get counter
    benchmark "$count" -c 50 -P 4 lpush list element
    [[ $(cli lrange list 0 -1 | wc -l) == "$count" ]] || fail 'LPUSH lost elements'
    benchmark "$((count / 2))" -c 50 -P 4 rpop list
    [[ $(cli lrange list 0 -1 | wc -l) == "$((count / 2))" ]] || fail 'RPOP lost elements'
}

nonsense_harms_nobody() {
    for _ in 1 2 3 4 5; do
        head -c 200000 /dev/urandom | timeout 20 nc -N 127.0.0.1 "$port" >/dev/null 2>&1 || true
        # shellcheck disable=SC2016 # the dollars are the protocol's
        { printf '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$400000000\r\n'; head -c 3000000 /dev/zero; } |
            timeout 20 nc -N 127.0.0.1 "$port" >/dev/null 2>&1 || true
    done
    for _ in 1 2 3; do
        redis-benchmark -p "$port" -q -n 10000000 -c 50 -P 16 -t set,lrange >/dev/null 2>&1 &
        local client=$!
        sleep 0.3
        kill -KILL "$client"
        wait "$client" 2>/dev/null || true
    done
    expect PONG ping
    until_says 'connected_clients:1' info clients
}

a_thousand_connections_are_served() {
    ulimit -n 4096 2>/dev/null || return 0
    benchmark 5000 -c 1000 -t ping,get
    until_says 'connected_clients:1' info clients
}

options_are_checked() {
    local status
    "$server_program" --help | grep -q -- '--port N' || fail 'no help'
    for arguments in --bogus --port "--port x" "--port -1" "--port 65536" "--port 08" word; do
        status=0
        # shellcheck disable=SC2086 # words
        timeout 20 "$server_program" $arguments >"$work/out" 2>&1 || status=$?
        [[ $status == 3 ]] || fail "status $status for $arguments"
        grep -q "^kvserver: .*try --help" "$work/out" || fail "no hint for $arguments"
    done
    status=0
    timeout 20 "$server_program" --port "$port" >"$work/out" 2>&1 || status=$?
    [[ $status == 1 ]] || fail "status $status where another server listens"
    grep -q 'Address already in use' "$work/out" || fail 'does not say that the port is taken'
}

ulimit -n 4096 2>/dev/null || true
start
replies_are_those_of_redis
keys_expire_unasked
large_values_arrive_whole
cli flushall >/dev/null
load_is_served -P 1
load_is_served -P 16
load_is_served -P 16 -r 1000
nothing_is_lost_between_clients
nonsense_harms_nobody
a_thousand_connections_are_served
options_are_checked
stop TERM
[[ ! -s $work/server.err ]] || fail 'it said something'
start
stop INT
load_is_recorded
