/* modules.h: which loaded objects the addresses in recorded stacks belong to. */
#ifndef TRACER_RECORD_MODULES_H
#define TRACER_RECORD_MODULES_H

#include <stdint.h>

struct producer;

/* Writes a MODULE event into the ring of `producer`, the first time that an address of this loaded object is seen. Objects that dlopen() adds
 * are met so too. Threads: any; takes no lock, also not the loader's: a thread may have been stopped while it holds that. */
void modules_announce(struct producer *producer, uintptr_t pc);

#endif
