/* verify.h: the end of every marking is checked (GCRT_VERIFY=cycle), and broken where GCRT_FAULT asks for it. While the world stands. */
#ifndef RUNTIME_COLLECTOR_VERIFY_H
#define RUNTIME_COLLECTOR_VERIFY_H

/* Invariants P1 and M3 for each declared pointer of each marked object; aborts with the first that is broken. One just behind an object is fine. A
 * pointer that leaves the heap is the program's business. */
void verify_pointers(void);

/* The seeded faults of P1 and M3, once a run: marks get lost, so the sweeper frees what is pointed to, and the next marking is where it shows. */
void verify_lose_marks(void);

#endif
