/* dump_modules.h: the loaded objects of this process, found in its mappings: the dynamic linker's lock may be held by a thread that is not here. */
#ifndef TRACER_DUMP_DUMP_MODULES_H
#define TRACER_DUMP_DUMP_MODULES_H

void dump_modules_write(void);

#endif
