/* page_runs.h: free pages, as runs between spans. Runs that touch are joined at once.
 *
 * Caller of all: holds heap_lock (heap.h), or is alone.
 */
#ifndef RUNTIME_HEAP_PAGE_RUNS_H
#define RUNTIME_HEAP_PAGE_RUNS_H

#include <stdbool.h>
#include <stdint.h>

/* `page_count` pages, owned by themselves, state SPAN_USED, is_zero as it is; 0: none left. The rest of the record is the caller's to fill. */
uint32_t page_runs_take(uint32_t page_count);

/* The pages of a used span become free. */
void page_runs_give(uint32_t first, uint32_t cycle);

/* Gives memory of runs that have been free for two cycles back to the system, at most `page_count_max` pages. */
void page_runs_drop(uint32_t cycle, uint32_t page_count_max);

uint64_t page_runs_used_pages(void);

#endif
