/* processors.h: how many processors this process may run on. */
#ifndef RUNTIME_PLATFORM_PROCESSORS_H
#define RUNTIME_PLATFORM_PROCESSORS_H

/* At least 1; obeys affinity masks, thus taskset and cpusets. */
unsigned processors_count(void);

#endif
