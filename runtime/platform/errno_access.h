/* errno_access.h: the C library's errno of the thread that runs now. Compilers keep __errno_location()'s result across calls, so code that
 * switches stacks must not name errno itself. */
#ifndef RUNTIME_PLATFORM_ERRNO_ACCESS_H
#define RUNTIME_PLATFORM_ERRNO_ACCESS_H

int errno_read(void);
void errno_write(int value);

#endif
