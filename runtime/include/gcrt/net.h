/* net.h: stream sockets whose calls park the goroutine, never the thread.
 *
 * An address is one of
 *     tcp:HOST:PORT     HOST: an IPv4 address, an IPv6 address in brackets, 'localhost', or empty for any address (to listen) or
 *                       this machine (to dial); PORT: 0 to 65535, 0 lets the system choose. Names are not looked up.
 *     unix:PATH         a path of at most 107 bytes; '@NAME' is a name without a file
 * Anything else is -EINVAL.
 *
 * Results are 0, a count, or a negative errno value. SIGPIPE is never raised: writing to who has gone is -EPIPE or -ECONNRESET. One goroutine
 * may read while another writes; two readers, or two writers, of one connection are -EBUSY for the second. A listener or connection is a
 * heap object whose descriptor is closed by its close function only: dropping it unclosed leaks the descriptor until the process ends.
 * Callers are goroutines.
 */
#ifndef GCRT_NET_H
#define GCRT_NET_H

#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct gcrt_listener;
struct gcrt_conn;

/* Binds and listens. -EADDRINUSE when somebody listens there; the file of a unix socket that nobody listens on any more is replaced. */
int gcrt_listen(const char *address, struct gcrt_listener **ret_listener);

/* The TCP port it listens on, 0 for a unix socket. */
int gcrt_listener_port(const struct gcrt_listener *listener);

/* Parks until a connection comes. TCP ones have TCP_NODELAY set. -ECANCELED: the listener was closed. -EMFILE, -ENFILE, -ENOBUFS and -ENOMEM:
 * the connection stays in the queue; wait a little before trying again. Connections that are gone before they are accepted are skipped.
 * -EBUSY: another goroutine accepts here. */
int gcrt_accept(struct gcrt_listener *listener, struct gcrt_conn **ret_conn);

/* Stops listening and wakes who accepts, with -ECANCELED. The file of a unix socket is removed. Again: no effect. */
void gcrt_listener_close(struct gcrt_listener *listener);

/* Parks until connected: 0, or -ECONNREFUSED, -ENOENT, -ETIMEDOUT and the like. */
int gcrt_dial(const char *address, struct gcrt_conn **ret_conn);

/* Reads what is there, at most `size` bytes (at least 1), parking until there is something. 0: the peer has shut down its side.
 * -ECANCELED: closed by this side. */
ssize_t gcrt_read(struct gcrt_conn *conn, void *buffer, size_t size);

/* Writes all of it and returns `size`, parking as often as needed, or returns an error, after which how much was sent is unknown. */
ssize_t gcrt_write(struct gcrt_conn *conn, const void *buffer, size_t size);

/* Closes; its reader and writer wake with -ECANCELED. Again: no effect. */
void gcrt_conn_close(struct gcrt_conn *conn);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
