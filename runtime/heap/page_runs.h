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

/* The pages of a used span become free; its is_zero says whether all of them read as zero. */
void page_runs_give(uint32_t first);

/* At most `page_count_max` free pages that may hold memory, taken as above, so that the caller can drop that memory without the lock, say so in
 * is_zero, and give them back. 0: there are none. */
uint32_t page_runs_take_dirty(uint32_t page_count_max);

/* Free pages that may hold memory. */
uint64_t page_runs_dirty_pages(void);
uint64_t page_runs_used_pages(void);

#endif
