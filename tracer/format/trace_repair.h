/* trace_repair.h: the whole part of a damaged trace or heap dump as one.
 *
 * Whole blocks are copied as they are, numbered anew; where something was, a GAP block says how much is missing and of which time, so that
 * no reader of the new file takes it for complete; a missing end is written.
 */
#ifndef TRACER_FORMAT_TRACE_REPAIR_H
#define TRACER_FORMAT_TRACE_REPAIR_H

#include "base/error.h"
#include "tracer/format/trace_reader.h"

struct trace_repair {
    uint64_t kept_blocks, kept_bytes;
    uint64_t left_out_bytes, missing_blocks, gaps;
    bool end_written; /* the file had none */
};

/* Reads `from` and replaces `to` (which may be the same file) in one step when all is written. 0 or negative with `reterr`: then `to` is
 * as it was. */
[[nodiscard]] int trace_repair(const char *from, const char *to, struct trace_repair *ret_repair, struct error *reterr);

#endif
