/* Sockets: what arrives, what wakes, and which error comes when. Both ends are goroutines of one process, on 1, 2 and 4 workers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <gcrt/gcrt.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child.h"
#include "support/child_run.h"

static const char *const environments[] = {"GCRT_PROCS=1", "GCRT_PROCS=2", "GCRT_PROCS=4 GCRT_STRESS=migrate",
                                           "GCRT_PROCS=2 GCRT_STRESS=collect=3"};

static void passes_everywhere(int (*entry)(void *))
{
    for (size_t i = 0; i < sizeof environments / sizeof *environments; i++)
        child_passes(environments[i], entry);
}

static _Atomic int running_count;

static void join(void)
{
    while (running_count > 0)
        gcrt_yield();
}

/* An address of the unix kind that no other run of the test has. */
static const char *unix_address(const char *name)
{
    static char address[100];
    snprintf(address, sizeof address, "unix:/tmp/gcrt_net_%d_%s", (int)getpid(), name);
    return address;
}

static struct gcrt_listener *listen_at(const char *address)
{
    struct gcrt_listener *listener;
    CHECK(gcrt_listen(address, &listener) == 0);
    return listener;
}

static const char *dial_address(const struct gcrt_listener *listener, const char *host)
{
    static char address[64];
    snprintf(address, sizeof address, "tcp:%s:%d", host, gcrt_listener_port(listener));
    return address;
}

/* A connected pair: the backlog takes the connection before anybody accepts. */
struct pair {
    struct gcrt_conn *dialed, *accepted;
};

static struct pair connect_to(struct gcrt_listener *listener, const char *address)
{
    struct pair pair;
    CHECK(gcrt_dial(address, &pair.dialed) == 0);
    CHECK(gcrt_accept(listener, &pair.accepted) == 0);
    return pair;
}

static struct pair make_pair(void)
{
    struct gcrt_listener *listener = listen_at("tcp:127.0.0.1:0");
    struct pair pair = connect_to(listener, dial_address(listener, "127.0.0.1"));
    gcrt_listener_close(listener);
    return pair;
}

static void close_pair(const struct pair *pair)
{
    gcrt_conn_close(pair->dialed);
    gcrt_conn_close(pair->accepted);
}

static int count_fds(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* ---- echo ---- */

static void echo(void *arg)
{
    char bytes[512];
    struct gcrt_conn *conn = arg;
    for (ssize_t count; (count = gcrt_read(conn, bytes, sizeof bytes)) > 0;)
        CHECK(gcrt_write(conn, bytes, (size_t)count) == count);
    gcrt_conn_close(conn);
    running_count--;
}

static void accept_and_echo(void *arg)
{
    struct gcrt_conn *conn;
    int error;
    while ((error = gcrt_accept(arg, &conn)) == 0) {
        running_count++;
        gcrt_go(echo, conn);
    }
    CHECK(error == -ECANCELED);
    running_count--;
}

static void ask_echo(const char *address)
{
    struct gcrt_conn *conn;
    CHECK(gcrt_dial(address, &conn) == 0);
    for (int i = 0; i < 20; i++) {
        char text[32], answer[32];
        size_t got = 0, length = (size_t)snprintf(text, sizeof text, "message %d", i);
        CHECK(gcrt_write(conn, text, length) == (ssize_t)length);
        while (got < length) {
            ssize_t count = gcrt_read(conn, answer + got, length - got);
            CHECK(count > 0);
            got += (size_t)count;
        }
        CHECK(memcmp(text, answer, length) == 0);
    }
    gcrt_conn_close(conn);
}

static void echo_at(const char *address, const char *host)
{
    struct gcrt_listener *listener = listen_at(address);
    CHECK((gcrt_listener_port(listener) != 0) == (host != NULL));
    running_count = 1;
    gcrt_go(accept_and_echo, listener);
    for (int i = 0; i < 5; i++)
        ask_echo(host != NULL ? dial_address(listener, host) : address);
    gcrt_listener_close(listener);
    join();
}

static int echo_everywhere(void *)
{
    int fds = count_fds();
    echo_at("tcp:127.0.0.1:0", "127.0.0.1");
    echo_at("tcp:localhost:0", "localhost");
    echo_at("tcp::0", "");
    if (access("/proc/net/if_inet6", F_OK) == 0)
        echo_at("tcp:[::1]:0", "[::1]");
    echo_at(unix_address("echo"), NULL);
    echo_at("unix:@gcrt_net_test_echo", NULL);
    CHECK(count_fds() == fds);
    return 0;
}

static void every_kind_of_address_carries_an_echo(void **)
{
    child_passes("GCRT_PROCS=1", echo_everywhere);
    child_passes("GCRT_PROCS=4 GCRT_STRESS=migrate", echo_everywhere);
}

/* ---- megabytes, and many at once ---- */

enum { STREAM_BYTES = 6 << 20 };

static unsigned char byte_at(size_t at)
{
    return (unsigned char)(at * 31 + (at >> 8) * 7 + (at >> 16));
}

static void write_stream(void *conn)
{
    unsigned char *bytes = gcrt_new_bytes(STREAM_BYTES);
    for (size_t i = 0; i < STREAM_BYTES; i++)
        bytes[i] = byte_at(i);
    CHECK(gcrt_write(conn, bytes, STREAM_BYTES) == STREAM_BYTES);
    gcrt_conn_close(conn);
    running_count--;
}

static void read_stream(struct gcrt_conn *conn)
{
    unsigned char *bytes = gcrt_new_bytes(100003);
    size_t total = 0;
    ssize_t count;
    while ((count = gcrt_read(conn, bytes, total % 2 == 0 ? 100003 : 999)) > 0)
        for (ssize_t i = 0; i < count; i++, total++)
            CHECK(bytes[i] == byte_at(total));
    CHECK(count == 0); /* the end, not an error */
    CHECK(total == STREAM_BYTES);
}

static int stream(void *)
{
    struct pair pair = make_pair();
    running_count = 1;
    gcrt_go(write_stream, pair.accepted);
    read_stream(pair.dialed);
    join();
    gcrt_conn_close(pair.dialed);
    return 0;
}

static void a_write_of_megabytes_arrives_whole(void **)
{
    passes_everywhere(stream);
}

enum { CONN_COUNT = 300 };

static int many_wait(void *)
{
    struct pair pairs[CONN_COUNT];
    int fds = count_fds();
    running_count = 0;
    for (int i = 0; i < CONN_COUNT; i++) {
        pairs[i] = make_pair();
        running_count++;
        gcrt_go(echo, pairs[i].accepted);
    }
    for (int i = CONN_COUNT - 1; i >= 0; i--) {
        char byte = (char)i, answer;
        CHECK(gcrt_write(pairs[i].dialed, &byte, 1) == 1);
        CHECK(gcrt_read(pairs[i].dialed, &answer, 1) == 1);
        CHECK(answer == byte);
        gcrt_conn_close(pairs[i].dialed);
    }
    join();
    CHECK(count_fds() == fds);
    return 0;
}

static void hundreds_wait_and_each_is_served(void **)
{
    child_passes("GCRT_PROCS=1", many_wait);
    child_passes("GCRT_PROCS=2", many_wait);
}

/* ---- closing ---- */

static void read_until_closed(void *conn)
{
    char byte;
    CHECK(gcrt_read(conn, &byte, 1) == -ECANCELED);
    running_count--;
}

static void write_until_closed(void *conn)
{
    char *bytes = gcrt_new_bytes(STREAM_BYTES);
    CHECK(gcrt_write(conn, bytes, STREAM_BYTES) == -ECANCELED);
    running_count--;
}

static void accept_until_closed(void *listener)
{
    struct gcrt_conn *conn;
    CHECK(gcrt_accept(listener, &conn) == -ECANCELED);
    running_count--;
}

/* Again and again: descriptors are used again, and a reader that was late must not get another's. */
static int close_under_waiters(void *)
{
    int fds = count_fds();
    for (int round = 0; round < 30; round++) {
        struct gcrt_listener *listener = listen_at("tcp:127.0.0.1:0");
        struct pair pair = make_pair();
        char byte;
        running_count = 3;
        gcrt_go(read_until_closed, pair.dialed);
        gcrt_go(write_until_closed, pair.dialed);
        gcrt_go(accept_until_closed, listener);
        if (round % 3 != 0)
            gcrt_sleep(round % 3 * 500000);
        gcrt_listener_close(listener);
        gcrt_listener_close(listener);
        close_pair(&pair);
        close_pair(&pair);
        struct pair other = make_pair(); /* takes the fds that were given back */
        CHECK(gcrt_read(pair.dialed, &byte, 1) == -ECANCELED);
        CHECK(gcrt_write(pair.dialed, &byte, 1) == -ECANCELED);
        close_pair(&other);
        join();
    }
    CHECK(count_fds() == fds);
    return 0;
}

static void closing_wakes_reader_writer_and_acceptor(void **)
{
    passes_everywhere(close_under_waiters);
}

static int meet_the_end(void *)
{
    struct pair pair = make_pair();
    char bytes[4] = "abc";
    CHECK(gcrt_read(pair.dialed, bytes, 0) == -EINVAL);
    CHECK(gcrt_write(pair.dialed, bytes, 0) == 0);
    CHECK(gcrt_write(pair.accepted, bytes, 3) == 3);
    gcrt_conn_close(pair.accepted);
    CHECK(gcrt_read(pair.dialed, bytes, 2) == 2);
    CHECK(gcrt_read(pair.dialed, bytes, 2) == 1);
    CHECK(gcrt_read(pair.dialed, bytes, 2) == 0);
    CHECK(gcrt_read(pair.dialed, bytes, 2) == 0);
    ssize_t result;
    do {
        result = gcrt_write(pair.dialed, bytes, 1); /* the first may still go out, and is answered by a reset */
    } while (result == 1);
    CHECK(result == -EPIPE || result == -ECONNRESET);
    gcrt_conn_close(pair.dialed);
    return 0;
}

static void after_the_end_reads_give_nothing_and_writes_an_error(void **)
{
    child_passes(NULL, meet_the_end);
}

/* ---- two at one side ---- */

static int meet_at_one_side(void *)
{
    struct gcrt_listener *listener = listen_at("tcp:127.0.0.1:0");
    struct pair pair = make_pair();
    struct gcrt_conn *conn;
    char *bytes = gcrt_new_bytes(STREAM_BYTES);
    running_count = 3;
    gcrt_go(read_until_closed, pair.dialed);
    gcrt_go(write_until_closed, pair.dialed);
    gcrt_go(accept_until_closed, listener);
    gcrt_sleep(20000000);
    CHECK(gcrt_read(pair.dialed, bytes, 1) == -EBUSY);
    CHECK(gcrt_write(pair.dialed, bytes, 1) == -EBUSY);
    CHECK(gcrt_accept(listener, &conn) == -EBUSY);
    gcrt_conn_close(pair.dialed);
    gcrt_listener_close(listener);
    join();
    return 0;
}

static void the_second_at_one_side_is_refused(void **)
{
    child_passes("GCRT_PROCS=1", meet_at_one_side);
    child_passes("GCRT_PROCS=2", meet_at_one_side);
}

/* ---- addresses ---- */

static const char *const bad_addresses[] = {
    "",
    "tcp",
    "tcp:",
    "tcp:127.0.0.1",
    "tcp:127.0.0.1:",
    "tcp:127.0.0.1:65536",
    "tcp:127.0.0.1:99999999999999999999",
    "tcp:127.0.0.1:-1",
    "tcp:127.0.0.1:+1",
    "tcp:127.0.0.1: 1",
    "tcp:127.0.0.1:80x",
    "tcp:127.0.0:80",
    "tcp:127.0.0.256:80",
    "tcp:example.org:80",
    "tcp:::80",
    "tcp:::1:80",
    "tcp:[]:80",
    "tcp:[::1:80",
    "tcp:[::g]:80",
    "tcp:[127.0.0.1]:80",
    "tcp:[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80",
    "udp:127.0.0.1:80",
    "127.0.0.1:80",
    "unix",
    "unix:",
    "unix:@",
    "unix:/tmp/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789abc",
};

static int use_bad_addresses(void *)
{
    struct gcrt_listener *listener;
    struct gcrt_conn *conn;
    for (size_t i = 0; i < sizeof bad_addresses / sizeof *bad_addresses; i++) {
        if (gcrt_listen(bad_addresses[i], &listener) != -EINVAL || gcrt_dial(bad_addresses[i], &conn) != -EINVAL) {
            printf("'%s' is not refused\n", bad_addresses[i]);
            return 1;
        }
    }
    return 0;
}

static void bad_addresses_are_refused(void **)
{
    child_passes(NULL, use_bad_addresses);
}

static int dial_nobody(void *)
{
    struct gcrt_listener *listener = listen_at("tcp:127.0.0.1:0");
    struct gcrt_conn *conn;
    int fds = count_fds();
    const char *address = dial_address(listener, "127.0.0.1");
    gcrt_listener_close(listener);
    CHECK(gcrt_dial(address, &conn) == -ECONNREFUSED);
    CHECK(gcrt_dial(unix_address("nobody"), &conn) == -ENOENT);
    CHECK(count_fds() == fds - 1);
    return 0;
}

static void dialing_where_nobody_listens_is_refused(void **)
{
    passes_everywhere(dial_nobody);
}

static int listen_twice(void *)
{
    struct gcrt_listener *listener = listen_at("tcp:127.0.0.1:0"), *second;
    CHECK(gcrt_listen(dial_address(listener, "127.0.0.1"), &second) == -EADDRINUSE);
    struct gcrt_listener *local = listen_at(unix_address("twice"));
    CHECK(gcrt_listen(unix_address("twice"), &second) == -EADDRINUSE);
    gcrt_listener_close(local);
    CHECK(access(unix_address("twice") + 5, F_OK) < 0); /* its file is gone */
    struct pair pair = connect_to(listener, dial_address(listener, "127.0.0.1"));
    int port = gcrt_listener_port(listener);
    gcrt_listener_close(listener);
    char address[40];
    snprintf(address, sizeof address, "tcp:127.0.0.1:%d", port); /* connections of the former listener do not matter */
    listener = listen_at(address);
    gcrt_listener_close(listener);
    close_pair(&pair);
    return 0;
}

static int listen_where_files_are(void *)
{
    const char *address = unix_address("file"), *path = address + strlen("unix:");
    struct gcrt_listener *second;
    FILE *file = fopen(path, "w");
    fclose(file);
    CHECK(gcrt_listen(address, &second) == -EADDRINUSE); /* no socket: not ours to replace */
    CHECK(access(path, F_OK) == 0);
    CHECK(unlink(path) == 0);

    char aside[120];
    snprintf(aside, sizeof aside, "%s_aside", path);
    struct gcrt_listener *former = listen_at(address);
    CHECK(rename(path, aside) == 0);
    gcrt_listener_close(former); /* does not find its file */
    CHECK(rename(aside, path) == 0);
    struct gcrt_conn *conn;
    CHECK(gcrt_dial(address, &conn) == -ECONNREFUSED); /* nobody listens on it any more */
    struct gcrt_listener *listener = listen_at(address);
    struct pair pair = connect_to(listener, address);

    CHECK(unlink(path) == 0);
    struct gcrt_listener *successor = listen_at(address);
    gcrt_listener_close(listener);
    CHECK(access(path, F_OK) == 0); /* the successor's file stays */
    gcrt_listener_close(successor);
    CHECK(access(path, F_OK) < 0);
    close_pair(&pair);
    return 0;
}

static void an_address_in_use_is_refused_and_an_abandoned_one_taken(void **)
{
    child_passes(NULL, listen_twice);
    child_passes(NULL, listen_where_files_are);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_address_carries_an_echo),
        cmocka_unit_test(a_write_of_megabytes_arrives_whole),
        cmocka_unit_test(hundreds_wait_and_each_is_served),
        cmocka_unit_test(closing_wakes_reader_writer_and_acceptor),
        cmocka_unit_test(after_the_end_reads_give_nothing_and_writes_an_error),
        cmocka_unit_test(the_second_at_one_side_is_refused),
        cmocka_unit_test(bad_addresses_are_refused),
        cmocka_unit_test(dialing_where_nobody_listens_is_refused),
        cmocka_unit_test(an_address_in_use_is_refused_and_an_abandoned_one_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
