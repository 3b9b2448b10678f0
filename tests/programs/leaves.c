/* leaves: allocates CALLS objects on the main goroutine and then leaves a recording in one of the ways there are (tests/e2e/trace.sh).
 *
 *     leaves CALLS return N      gcrt_run returns, exit status N
 *     leaves CALLS exit N        exit(N) from within
 *     leaves CALLS raise N       dies by signal N
 *     leaves CALLS exec PROG...  becomes another program
 *     leaves CALLS fork N        a child becomes another, unrecorded run of this program; then as `return`
 *     leaves CALLS daemon N      the child of a process that exits at once with status N; then as `return 0`
 *     leaves CALLS wait N        waits for SIGTERM, then as `return`
 */
#include <gcrt/gcrt.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct leaf {
    int64_t words[3];
};
GCRT_TYPE_LEAF(leaf_type, struct leaf);

static volatile sig_atomic_t is_terminated;

static void terminate(int)
{
    is_terminated = 1;
}

static void allocate(int calls)
{
    for (int i = 0; i < calls; i++)
        gcrt_new(&leaf_type);
}

static int fork_and_return(int status)
{
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "leaves", "100", "return", "0", NULL);
        _exit(98);
    }
    int wait_status;
    waitpid(child, &wait_status, 0);
    return wait_status == 0 ? status : 99;
}

static int run(void *arg)
{
    char **argv = arg;
    const char *way = argv[2];
    int calls = atoi(argv[1]), number = atoi(argv[3]);
    allocate(calls);
    if (strcmp(way, "exit") == 0)
        exit(number);
    if (strcmp(way, "raise") == 0)
        kill(getpid(), number);
    if (strcmp(way, "exec") == 0)
        execv(argv[3], argv + 3);
    if (strcmp(way, "fork") == 0)
        return fork_and_return(number);
    if (strcmp(way, "daemon") == 0)
        return 0;
    if (strcmp(way, "wait") == 0) {
        puts("waiting");
        fflush(stdout);
        while (!is_terminated)
            gcrt_sleep(1000 * 1000);
    }
    return number;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    if (strcmp(argv[2], "daemon") == 0 && fork() != 0)
        _exit(atoi(argv[3]));
    if (strcmp(argv[2], "wait") == 0)
        signal(SIGTERM, terminate);
    return gcrt_run(NULL, run, argv);
}
