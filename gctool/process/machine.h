/* machine.h: whether this machine offers what libgcrt and its recording need. What can be tried is tried; nothing is changed. */
#ifndef GCTOOL_PROCESS_MACHINE_H
#define GCTOOL_PROCESS_MACHINE_H

#include "gctool/process/findings.h"

void machine_examine(struct findings *findings);

#endif
