/* Entries lie whole in blocks, and a reader of blocks finds what was written. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer/format/heap_file.h"
#include "tracer/format/trace_blocks.h"
#include "tracer/format/varint.h"
#include "tracer/inside/block_output.h"

enum { ENTRIES = 100000, ENTRY_BYTES = 2 * BLOCK_NUMBER_BYTES_MAX };

static const struct block_file file = {HEAP_FILE_MAGIC, HEAP_VERSION_MAJOR, HEAP_VERSION_MINOR};

/* Numbers of all lengths, so that blocks end at every place within an entry there could be. */
static uint64_t value_of(uint64_t entry)
{
    return entry * 0x9e3779b97f4a7c15 >> entry % 64;
}

static int write_file(void)
{
    int fd = memfd_create("heap", 0);
    assert_true(fd >= 0);
    block_output_start(fd, &file, 42, 1000);
    for (uint64_t entry = 0; entry < ENTRIES; entry++) {
        block_output_entry(entry < ENTRIES / 2 ? HEAP_BLOCK_TYPES : HEAP_BLOCK_ROOTS, ENTRY_BYTES);
        block_output_number(value_of(entry));
        block_output_delta(value_of(entry), entry);
    }
    assert_int_equal(block_output_finish(), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void check_block(const struct trace_block *block, uint64_t *entry)
{
    const uint8_t *at = block->stored, *end = at + block->header.stored_bytes;
    for (uint32_t i = 0; i < block->header.count; i++, ++*entry) {
        uint64_t value = 0, delta = 0;
        at = varint_read_bounded(at, end, &value);
        assert_non_null(at);
        at = varint_read_bounded(at, end, &delta);
        assert_non_null(at);
        assert_true(value == value_of(*entry));
        assert_true(zigzag_apply(delta, *entry) == value);
        assert_int_equal(block->header.kind, *entry < ENTRIES / 2 ? HEAP_BLOCK_TYPES : HEAP_BLOCK_ROOTS);
    }
    assert_ptr_equal(at, end);
}

static void blocks_hold_whole_entries_in_order(void **)
{
    struct trace_input input;
    struct trace_blocks blocks;
    struct trace_block block;
    assert_int_equal(trace_input_open_fd(&input, write_file(), "heap", NULL), 0);
    assert_int_equal(trace_blocks_open(&blocks, &input, &trace_file_heap, NULL), 0);
    assert_int_equal(blocks.header.pid, 42);
    uint64_t entry = 0;
    unsigned block_count = 0;
    while (trace_blocks_next(&blocks, &block, NULL) > 0) {
        block_count++;
        if (block.header.kind != TRACE_BLOCK_END)
            check_block(&block, &entry);
    }
    assert_int_equal(entry, ENTRIES);
    assert_true(block_count > 4);
    assert_true(blocks.completeness.has_end);
    assert_int_equal(blocks.completeness.gap_count, 0);
    trace_blocks_close(&blocks);
}

static void a_write_that_fails_is_told_once_at_the_end(void **)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    close(fds[0]);
    signal(SIGPIPE, SIG_IGN);
    block_output_start(fds[1], &file, 1, 1);
    block_output_entry(HEAP_BLOCK_TYPES, ENTRY_BYTES);
    block_output_number(1);
    assert_int_equal(block_output_finish(), -EPIPE);
    close(fds[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_hold_whole_entries_in_order),
        cmocka_unit_test(a_write_that_fails_is_told_once_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
