/* dump_request.h: asks a running program for a heap dump, by its control page (tracer/format/control.h). */
#ifndef GCTOOL_PROCESS_DUMP_REQUEST_H
#define GCTOOL_PROCESS_DUMP_REQUEST_H

#include <stdint.h>
#include <sys/types.h>

struct error;

struct dump_answer {
    uint64_t pause_ns; /* how long the program stood */
};

/* Has process `pid` write a dump to the file of `path`, which is created, and waits until it is written. 0, or negative with `reterr`: -ESRCH no such
 * process, -EPERM it is somebody else's, -ENOPKG it is no program on libgcrt, -EBUSY another dump is being made, -ETIMEDOUT it does not answer,
 * -ECANCELED it ended meanwhile, or what kept the program from writing. */
[[nodiscard]] int dump_request(pid_t pid, const char *path, struct dump_answer *ret_answer, struct error *reterr);

#endif
