/* crash_file.h: what a .gccrash file holds: the report of a crash, before symbols. docs/formats/gccrash.md is the specification.
 *
 * The frame is that of a trace (trace_file.h), as with a heap dump. Blocks: NOTES, MODULES (heap_file.h), REPORT..., END. The report is a list of entries that
 * is read from top to bottom, as it was printed; what is an address says so, and the reader puts names to it.
 *
 *     SECTION  text                            what follows belongs to it
 *     LINE     text
 *     FACT     text key, unit, value, text     unit: enum crash_unit; the text explains the value, or is the value
 *     STACK    text                            FRAMEs follow, the innermost first
 *     FRAME    is exact (1: of the instruction itself, 0: a return address), address
 *     CODE     address of the first byte, address of the instruction in question, byte count, bytes
 *
 * Every entry begins with its tag; numbers are varints (varint.h), texts are varint length and bytes. Constants alone: shared by writer and reader.
 */
#ifndef TRACER_FORMAT_CRASH_FILE_H
#define TRACER_FORMAT_CRASH_FILE_H

#define CRASH_FILE_MAGIC "\x89GCCRASH"
enum {
    CRASH_VERSION_MAJOR = 1,
    CRASH_VERSION_MINOR = 0,
    CRASH_BLOCK_REPORT = 32,
    CRASH_CODE_BYTES_MAX = 256,
};

enum crash_tag {
    CRASH_SECTION = 1,
    CRASH_LINE = 2,
    CRASH_FACT = 3,
    CRASH_STACK = 4,
    CRASH_FRAME = 5,
    CRASH_CODE = 6,
};

enum crash_unit { CRASH_UNIT_TEXT, CRASH_UNIT_NUMBER, CRASH_UNIT_WORD };

#endif
