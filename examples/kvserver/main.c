/* kvserver: a key-value server that speaks RESP2: redis-cli and redis-benchmark drive it unchanged. It shows what a real server on libgcrt is made of.
 *
 *     main goroutine      accepts connections
 *     serve               one goroutine for each connection: reads, answers a whole batch, writes once         connection.c
 *     sweep_expired       ten times a second at most: removes keys whose time is over                          store.c
 *     wait_for_signal     blocks a thread in sigwait(); SIGTERM and SIGINT end the process with status 0
 *
 *     request.c  reading the protocol, in place          commands.c  one table of all commands; commands_*.c  what they do
 *     reply.c    writing it                              store.c     keys and expiry in two gcrt_maps, locked by stripe
 *                                                        list.c      lists, in chunks of what LRANGE sends
 *     faults.c   two bugs to be found, when asked for
 *
 * Every heap object has a type that says where its pointers are, and every pointer into the heap is written by gcrt_store(). What to try:
 *     gctool trace -o kvserver.gctrace examples/kvserver --port 7000        then, elsewhere: redis-benchmark -p 7000 -t set,lpush -r 10000
 *     gctool report kvserver.gctrace
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands.h"
#include "connection.h"
#include "number.h"

enum { EXIT_USAGE = 3, PORT_DEFAULT = 6379, PORT_MAX = 65535 };

static const int64_t ACCEPT_AGAIN_NS = 10 * 1000 * 1000, SWEEP_NS = 100 * 1000 * 1000;
static const int SWEEP_SHARE = 10; /* of the time, a tenth at most */

static struct server server; /* a root, as all of .bss: what the store points to lives */

static void sweep_expired(void *)
{
    for (;;) {
        int64_t begun_ms = store_now_ms();
        store_sweep_expired(&server.store);
        int64_t pause_ns = (store_now_ms() - begun_ms) * 1000000 * SWEEP_SHARE;
        gcrt_sleep(pause_ns > SWEEP_NS ? pause_ns : SWEEP_NS);
    }
}

static void wait_for_signal(void *signals)
{
    int number;
    gcrt_block_enter();
    sigwait(signals, &number);
    gcrt_block_leave();
    gcrt_exit(0);
}

static int fail(const char *what, int error)
{
    fprintf(stderr, "kvserver: %s: %s\n", what, strerror(-error));
    return 1;
}

static int accept_for_ever(struct gcrt_listener *listener)
{
    for (;;) {
        struct gcrt_conn *conn;
        int error = gcrt_accept(listener, &conn);
        if (error == 0)
            connection_start(&server, conn);
        else if (error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM)
            gcrt_sleep(ACCEPT_AGAIN_NS);
        else
            return fail("cannot accept connections", error);
    }
}

static int serve_port(void *signals)
{
    struct gcrt_listener *listener;
    char address[32];
    snprintf(address, sizeof address, "tcp:127.0.0.1:%d", server.port);
    int error = gcrt_listen(address, &listener);
    if (error < 0)
        return fail("cannot listen on 127.0.0.1", error);
    server.port = gcrt_listener_port(listener);
    server.started_ms = store_now_ms();
    store_open(&server.store);
    faults_open(&server.faults);
    gcrt_go(wait_for_signal, signals);
    gcrt_go(sweep_expired, NULL);
    printf("listening on 127.0.0.1:%d\n", server.port);
    fflush(stdout);
    return accept_for_ever(listener);
}

static void print_help(void)
{
    printf("Usage: kvserver [--port N] [--leak-goroutines] [--leak-map]\n"
           "A key-value server on libgcrt that redis-cli and redis-benchmark can talk to.\n\n"
           "  --port N            listen on 127.0.0.1:N; 0: the system chooses; default %d\n"
           "  --leak-goroutines   a bug to be found: a client that is killed in the middle of a request leaves a "
           "goroutine\n"
           "  --leak-map          a bug to be found: clients that have gone are kept by a map\n"
           "  --help              this text\n\n"
           "It prints 'listening on 127.0.0.1:PORT' and ends with status 0 at SIGTERM or SIGINT.\n",
           PORT_DEFAULT);
}

static _Noreturn void refuse(const char *problem, const char *argument)
{
    fprintf(stderr, "kvserver: %s '%s'; try --help\n", problem, argument);
    exit(EXIT_USAGE);
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {{"port", required_argument, NULL, 'p'},
                                            {"leak-goroutines", no_argument, NULL, 'g'},
                                            {"leak-map", no_argument, NULL, 'm'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int64_t port = PORT_DEFAULT;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            if (!number_parse((struct bytes){optarg, strlen(optarg)}, &port) || port < 0 || port > PORT_MAX)
                refuse("not a port:", optarg);
            break;
        case 'g':
            server.faults.leaks_goroutines = true;
            break;
        case 'm':
            server.faults.leaks_map = true;
            break;
        case 'h':
            print_help();
            exit(0);
        case ':':
            refuse("a value is missing after", argv[optind - 1]);
        default:
            refuse("unknown option", argv[optind - 1]);
        }
    }
    if (optind < argc)
        refuse("unexpected argument", argv[optind]);
    server.port = (int)port;
}

int main(int argc, char **argv)
{
    static sigset_t signals; /* blocked here, so in every thread of the runtime */
    read_options(argc, argv);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return gcrt_run(NULL, serve_port, &signals);
}
