/* clock.h: the monotonic clock. */
#ifndef RUNTIME_PLATFORM_CLOCK_H
#define RUNTIME_PLATFORM_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of CLOCK_MONOTONIC. Safe in a signal handler. */
static inline int64_t clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The same at the resolution of the kernel's tick (1 to 10 ms), at a fifth of the price. */
static inline int64_t clock_coarse_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
