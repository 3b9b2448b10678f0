/* barrier_layout.h: offsets that the assembly of barrier_slow.S shares with C; barrier.c asserts them. */
#ifndef RUNTIME_COLLECTOR_BARRIER_LAYOUT_H
#define RUNTIME_COLLECTOR_BARRIER_LAYOUT_H

#define BARRIER_THREAD_TID    4 /* struct thread: tid */
#define BARRIER_THREAD_WORKER 8 /* struct thread: worker */
#define BARRIER_WORKER_BUFFER 8 /* struct worker: barrier */
#define BARRIER_VALUES        8 /* struct barrier_buffer: values */
#define BARRIER_VALUES_MAX    254

#endif
