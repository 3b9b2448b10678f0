/* The sockets of <gcrt/net.h>. Each call tries first and parks on EAGAIN; the system calls never block. errno is read through errno_read(), since
 * a park may change the thread. */
#include <gcrt/net.h>

#include <gcrt/goroutine.h>
#include <gcrt/memory.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/errno_access.h"
#include "sync/caller.h"
#include "sync/net_address.h"
#include "sync/net_endpoint.h"

struct gcrt_conn {
    struct endpoint endpoint;
};
static GCRT_TYPE_LEAF(conn_type, struct gcrt_conn);

struct gcrt_listener {
    struct endpoint endpoint;
    int port;                                             /* 0: not TCP */
    dev_t device;                                         /* of the unix socket's file, */
    ino_t inode;                                          /* so that a successor's file is left alone */
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; /* "": no file */
};
static GCRT_TYPE_LEAF(listener_type, struct gcrt_listener);

enum { CONNECT_AGAIN_NS = 1000 * 1000 };

static int make_socket(const struct net_address *address)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno_read() : fd;
}

static int close_with(int fd, int error)
{
    close(fd);
    return error;
}

static const struct sockaddr *socket_address(const struct net_address *address)
{
    return (const struct sockaddr *)&address->storage;
}

static void set_no_delay(int fd)
{
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)); /* of a unix socket: refused, and not needed */
}

/* ---- listening ---- */

/* Whether the file is a socket on which nobody listens. */
static bool is_abandoned(const struct net_address *address)
{
    struct stat status;
    if (lstat(net_address_path(address), &status) < 0 || !S_ISSOCK(status.st_mode))
        return false;
    int fd = make_socket(address);
    if (fd < 0)
        return false;
    bool is_refused = connect(fd, socket_address(address), address->length) < 0 && errno_read() == ECONNREFUSED;
    close(fd);
    return is_refused;
}

static int bind_socket(int fd, const struct net_address *address)
{
    if (bind(fd, socket_address(address), address->length) == 0)
        return 0;
    int error = -errno_read();
    if (error != -EADDRINUSE || net_address_path(address) == NULL || !is_abandoned(address))
        return error;
    unlink(net_address_path(address));
    return bind(fd, socket_address(address), address->length) < 0 ? -errno_read() : 0;
}

/* The fd of a socket that listens, or an error. */
static int listen_at(const struct net_address *address)
{
    int fd = make_socket(address);
    if (fd < 0)
        return fd;
    if (address->storage.ss_family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (address->storage.ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    int error = bind_socket(fd, address);
    if (error < 0)
        return close_with(fd, error);
    return listen(fd, SOMAXCONN) < 0 ? close_with(fd, -errno_read()) : fd;
}

static void note_place(struct gcrt_listener *listener, const struct net_address *address, int fd)
{
    struct net_address bound = {.length = sizeof bound.storage};
    struct stat status;
    const char *path = net_address_path(address);
    if (path != NULL && lstat(path, &status) == 0) {
        strcpy(listener->path, path);
        listener->device = status.st_dev;
        listener->inode = status.st_ino;
    }
    getsockname(fd, (struct sockaddr *)&bound.storage, &bound.length);
    if (bound.storage.ss_family == AF_INET)
        listener->port = ntohs(((const struct sockaddr_in *)&bound.storage)->sin_port);
    if (bound.storage.ss_family == AF_INET6)
        listener->port = ntohs(((const struct sockaddr_in6 *)&bound.storage)->sin6_port);
}

static void remove_file(const struct gcrt_listener *listener)
{
    struct stat status;
    if (listener->path[0] != '\0' && lstat(listener->path, &status) == 0 && status.st_dev == listener->device &&
        status.st_ino == listener->inode)
        unlink(listener->path);
}

int gcrt_listen(const char *address, struct gcrt_listener **ret_listener)
{
    struct net_address parsed;
    int error = net_address_parse(address, NET_TO_LISTEN, &parsed);
    if (error < 0)
        return error;
    struct gcrt_listener *listener = gcrt_try_new(&listener_type);
    if (listener == NULL)
        return -ENOMEM;
    caller_enter("gcrt_listen");
    int fd = listen_at(&parsed);
    if (fd == -EAFNOSUPPORT && net_address_to_any_ipv4(&parsed))
        fd = listen_at(&parsed);
    if (fd >= 0) {
        note_place(listener, &parsed, fd);
        fd = endpoint_open(&listener->endpoint, fd);
    }
    runtime_leave();
    if (fd < 0)
        return fd;
    *ret_listener = listener;
    return 0;
}

int gcrt_listener_port(const struct gcrt_listener *listener)
{
    return listener->port;
}

void gcrt_listener_close(struct gcrt_listener *listener)
{
    caller_enter("gcrt_listener_close");
    if (endpoint_close(&listener->endpoint))
        remove_file(listener);
    runtime_leave();
}

/* ---- accepting ---- */

/* Errors of the connection, not of the listener: accept(2), 'Error handling'. */
static bool is_gone(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM:
        return true;
    default:
        return false;
    }
}

/* An fd, or an error. */
static int accept_parking(struct endpoint *endpoint)
{
    for (;;) {
        int fd = accept4(endpoint->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            return fd;
        int error = errno_read();
        if (is_gone(error))
            continue;
        if (error != EAGAIN)
            return -error;
        error = endpoint_wait(endpoint, ENDPOINT_READING, WAIT_IO_ACCEPT);
        if (error < 0)
            return error;
    }
}

int gcrt_accept(struct gcrt_listener *listener, struct gcrt_conn **ret_conn)
{
    struct gcrt_conn *conn = gcrt_try_new(&conn_type); /* before the connection is taken from the queue */
    if (conn == NULL)
        return -ENOMEM;
    caller_enter("gcrt_accept");
    int error = endpoint_begin(&listener->endpoint, ENDPOINT_READING);
    if (error == 0) {
        int fd = accept_parking(&listener->endpoint);
        fd = (int)endpoint_end(&listener->endpoint, ENDPOINT_READING, fd);
        if (fd >= 0 && listener->port != 0)
            set_no_delay(fd);
        error = fd < 0 ? fd : endpoint_open(&conn->endpoint, fd);
    }
    runtime_leave();
    if (error == 0)
        *ret_conn = conn;
    return error;
}

/* ---- dialing ---- */

/* Calling connect() again tells how the attempt went: EALREADY while it lasts, then 0 or its error. */
static int connect_parking(struct endpoint *endpoint, const struct net_address *address)
{
    for (;;) {
        if (connect(endpoint->fd, socket_address(address), address->length) == 0)
            return 0;
        int error = errno_read();
        if (error == EINTR)
            continue;
        if (error != EINPROGRESS && error != EALREADY)
            return -error;
        error = endpoint_wait(endpoint, ENDPOINT_WRITING, WAIT_IO_CONNECT);
        if (error < 0)
            return error;
    }
}

static int dial_once(struct gcrt_conn *conn, const struct net_address *address)
{
    int fd = make_socket(address);
    if (fd < 0)
        return fd;
    int error = endpoint_open(&conn->endpoint, fd);
    if (error < 0)
        return error;
    error = connect_parking(&conn->endpoint, address);
    if (error < 0)
        endpoint_close(&conn->endpoint);
    else if (address->storage.ss_family != AF_UNIX)
        set_no_delay(fd);
    return error;
}

int gcrt_dial(const char *address, struct gcrt_conn **ret_conn)
{
    struct net_address parsed;
    int error = net_address_parse(address, NET_TO_DIAL, &parsed);
    if (error < 0)
        return error;
    for (;;) {
        struct gcrt_conn *conn = gcrt_try_new(&conn_type);
        if (conn == NULL)
            return -ENOMEM;
        caller_enter("gcrt_dial");
        error = dial_once(conn, &parsed);
        runtime_leave();
        if (error == 0)
            *ret_conn = conn;
        if (error != -EAGAIN || parsed.storage.ss_family != AF_UNIX)
            return error;
        gcrt_sleep(CONNECT_AGAIN_NS); /* a unix listener's queue is full: epoll does not say when it no longer is */
    }
}

/* ---- reading and writing ---- */

static ssize_t read_parking(struct endpoint *endpoint, void *buffer, size_t size)
{
    for (;;) {
        ssize_t count = recv(endpoint->fd, buffer, size, 0);
        if (count == 0 && endpoint_is_closed(endpoint)) /* the peer's answer to the close is not an end of its own */
            return -ECANCELED;
        if (count >= 0)
            return count;
        int error = errno_read();
        if (error == EINTR)
            continue;
        if (error != EAGAIN)
            return -error;
        error = endpoint_wait(endpoint, ENDPOINT_READING, WAIT_IO_READ);
        if (error < 0)
            return error;
    }
}

ssize_t gcrt_read(struct gcrt_conn *conn, void *buffer, size_t size)
{
    if (size == 0)
        return -EINVAL;
    caller_enter("gcrt_read");
    ssize_t result = endpoint_begin(&conn->endpoint, ENDPOINT_READING);
    if (result == 0) {
        result = read_parking(&conn->endpoint, buffer, size);
        result = endpoint_end(&conn->endpoint, ENDPOINT_READING, result);
    }
    runtime_leave();
    return result;
}

static ssize_t write_parking(struct endpoint *endpoint, const char *bytes, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t count = send(endpoint->fd, bytes + sent, size - sent, MSG_NOSIGNAL);
        if (count >= 0) {
            sent += (size_t)count;
            continue;
        }
        int error = errno_read();
        if (error == EINTR)
            continue;
        if (error != EAGAIN)
            return -error;
        error = endpoint_wait(endpoint, ENDPOINT_WRITING, WAIT_IO_WRITE);
        if (error < 0)
            return error;
    }
    return (ssize_t)size;
}

ssize_t gcrt_write(struct gcrt_conn *conn, const void *buffer, size_t size)
{
    caller_enter("gcrt_write");
    ssize_t result = endpoint_begin(&conn->endpoint, ENDPOINT_WRITING);
    if (result == 0) {
        result = write_parking(&conn->endpoint, buffer, size);
        result = endpoint_end(&conn->endpoint, ENDPOINT_WRITING, result);
    }
    runtime_leave();
    return result;
}

void gcrt_conn_close(struct gcrt_conn *conn)
{
    caller_enter("gcrt_conn_close");
    endpoint_close(&conn->endpoint);
    runtime_leave();
}
