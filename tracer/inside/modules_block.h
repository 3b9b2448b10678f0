/* dump_modules.h: the loaded objects of this process, found in its mappings: the dynamic linker's lock may be held by a thread that is not here. */
#ifndef TRACER_INSIDE_MODULES_BLOCK_H
#define TRACER_INSIDE_MODULES_BLOCK_H

void modules_block_write(void);

#endif
