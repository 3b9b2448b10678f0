/* wait_reason.h: why a goroutine does not run. One table; to add a reason, add a line here and pass it to goroutine_park().
 *
 * `can_leak` says whether a goroutine that waits so can be waiting for ever through its own program's fault: only those
 * are candidates of the leak check.
 */
#ifndef RUNTIME_SCHED_WAIT_REASON_H
#define RUNTIME_SCHED_WAIT_REASON_H

/*  X(NAME, text, can_leak) */
#define GCRT_WAIT_REASONS(X)                 \
    X(NONE, "none", 0)                       \
    X(NIL_CHANNEL, "nil channel", 1)         \
    X(CHANNEL_SEND, "channel send", 1)       \
    X(CHANNEL_RECEIVE, "channel receive", 1) \
    X(SELECT, "select", 1)                   \
    X(EMPTY_SELECT, "empty select", 1)       \
    X(MUTEX, "mutex", 1)                     \
    X(WAIT_GROUP, "wait group", 1)           \
    X(SLEEP, "sleep", 0)                     \
    X(IO_READ, "I/O read", 0)                \
    X(IO_WRITE, "I/O write", 0)              \
    X(IO_ACCEPT, "I/O accept", 0)            \
    X(IO_CONNECT, "I/O connect", 0)          \
    X(COLLECTOR, "collector", 0)

enum wait_reason {
#define X(name, text, can_leak) WAIT_##name,
    GCRT_WAIT_REASONS(X)
#undef X
        WAIT_REASON_COUNT
};

#endif
