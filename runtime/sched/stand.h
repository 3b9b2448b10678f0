/* stand.h: between those who stop and those who stand: who stands, and waiting for it. stop.h has the calls for everybody else. */
#ifndef RUNTIME_SCHED_STAND_H
#define RUNTIME_SCHED_STAND_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

bool stand_is(struct thread *thread);

/* Waits until `thread` stands, or about `timeout_ns`; whether it does. */
bool stand_wait(struct thread *thread, int64_t timeout_ns);

/* From the stop signal's handler: stands while a stop is on, unless the run is over. */
void stand_in_place(void);

/* The next stop, if none is on: false otherwise. */
bool stand_begin(void);
/* Waits until a stop of somebody else is over; false: it lasts for ever, since the run is over. Not for a thread that is to stand. */
bool stand_await_end(void);
/* The end of it: all go on. */
void stand_end(void);
/* For ever, but for those that stand in place. */
void stand_end_in_place(void);

#endif
