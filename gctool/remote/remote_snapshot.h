/* remote_snapshot.h: a snapshot from a program's memory: a core, or a process that is held. What runtime/inspect.c tells a dump from inside, this
 * reads from outside, by the layout table alone.
 */
#ifndef GCTOOL_REMOTE_REMOTE_SNAPSHOT_H
#define GCTOOL_REMOTE_REMOTE_SNAPSHOT_H

#include <stddef.h>

struct error;
struct memory;
struct snapshot;

enum { REMOTE_NOTE_BYTES = 320 };

/* 0, or negative with `reterr`. The note says what the snapshot lacks, and that it is then not `complete`; "": nothing. A process is let go for moments,
 * until one is found in which the runtime's books are in order. */
[[nodiscard]] int remote_snapshot(struct memory *memory, struct snapshot **ret_snapshot,
                                  char ret_note[REMOTE_NOTE_BYTES], struct error *reterr);

#endif
