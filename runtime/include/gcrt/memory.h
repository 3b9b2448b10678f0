#ifndef GCRT_MEMORY_H
#define GCRT_MEMORY_H

#endif
