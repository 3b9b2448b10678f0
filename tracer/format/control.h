/* control.h: the page by which gctool asks a running program for a heap dump.
 *
 * The program makes it as a memfd named CONTROL_NAME when gcrt_run begins; gctool finds it in /proc/PID/fd, opens and maps it. Who may open that may
 * trace the process: the kernel asks for the same rights. Then gctool writes `path`, moves `state` from IDLE to ASKED, and sends SIGURG, which
 * makes the program look; nothing happens to a program that is not ours.
 *
 *     IDLE, DONE, FAILED --gctool--> ASKED --program--> RUNNING --its child--> DONE
 *                                                               --program--> FAILED      no child, or it died
 */
#ifndef TRACER_FORMAT_CONTROL_H
#define TRACER_FORMAT_CONTROL_H

#include <stdatomic.h>
#include <stdint.h>

#define CONTROL_NAME  "gcrt-control"
#define CONTROL_MAGIC 0x6c72746374726367ULL /* "gcrtctrl" */
enum { CONTROL_VERSION = 1, CONTROL_PATH_BYTES = 4000, CONTROL_BYTES = 4096 };

enum control_state {
    CONTROL_IDLE,
    CONTROL_ASKED,
    CONTROL_RUNNING,
    CONTROL_DONE,
    CONTROL_FAILED,
};

struct control {
    uint64_t magic;
    uint32_t version;
    uint32_t pid;                  /* of the program; a child that it forked has the page, too */
    _Atomic uint32_t state;        /* enum control_state */
    int32_t error;                 /* of the last FAILED: an errno value */
    uint64_t pause_ns;             /* of the last dump: how long the program stood */
    char path[CONTROL_PATH_BYTES]; /* absolute; an existing file, which is overwritten */
};
_Static_assert(sizeof(struct control) <= CONTROL_BYTES, "one page");

#endif
