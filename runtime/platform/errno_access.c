#include "platform/errno_access.h"

#include <gcrt/run.h>

/* Kept out of line, also from link-time optimisation: that is what makes it true on each call. */
__attribute__((noinline)) int *gcrt_errno_location(void)
{
    return __errno_location();
}

int errno_read(void)
{
    return errno;
}

void errno_write(int value)
{
    errno = value;
}
