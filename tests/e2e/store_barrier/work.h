/* work.h: what the program and its plugin each offer. */
#ifndef WORK_H
#define WORK_H

#include <gcrt/gcrt.h>

struct work {
    const void *(*flag_address)(void);
    uint64_t (*store_and_check)(void); /* 0, or how far the sum of the list's numbers is off */
};
extern const struct work work __attribute__((visibility("default")));

#endif
