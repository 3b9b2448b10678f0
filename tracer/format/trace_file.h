/* trace_file.h: the frame of a .gctrace file: its header and its blocks' headers. docs/formats/gctrace.md is the specification.
 *
 *     +-------------+-------------------------+-------------------------+-----+--------------------+
 *     | file header | block header | payload  | block header | payload  | ... | END block          |
 *     |  64 bytes   |   64 bytes   | <= 256 K |              |          |     |                    |
 *     +-------------+-------------------------+-------------------------+-----+--------------------+
 *
 * All numbers little endian. A block's checksum covers its header and its stored payload, its number counts blocks from 0, and it names
 * its file, so that a block that is changed, missing, doubled, moved or from another recording is seen. The chain of block headers is the
 * index: they carry time range and size.
 */
#ifndef TRACER_FORMAT_TRACE_FILE_H
#define TRACER_FORMAT_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRACE_VERSION_MAJOR = 1, /* a reader refuses another one */
    TRACE_VERSION_MINOR = 0, /* a reader takes a greater one: event kinds, notes and block kinds that it may skip */
    TRACE_FILE_HEADER_BYTES = 64,
    TRACE_BLOCK_HEADER_BYTES = 64,
    TRACE_BLOCK_RAW_MAX = 256 << 10,
    TRACE_BLOCK_STORED_MAX = TRACE_BLOCK_RAW_MAX, /* a payload that does not shrink is stored as it is */
    TRACE_PAYLOAD_WORDS_MAX = 4096,               /* of one event: packed it always fits a block */
    TRACE_CONTEXT_MAX = 1 << 23,
    TRACE_FRAMES_MAX = 64, /* of one symbol */
    TRACE_TEXT_BYTES_MAX = 16384,
};
#define TRACE_SYMBOL_BYTES_MAX (256ULL << 20)

#define TRACE_FILE_MAGIC  "\x89GCTRACE"
#define TRACE_BLOCK_MAGIC "\x89gcBLOCK"
enum { TRACE_MAGIC_BYTES = 8 };

/*  offset  bytes
 *       0      8   89 47 43 54 52 41 43 45   ("\x89GCTRACE")
 *       8      2   major version
 *      10      2   minor version
 *      12      4   pid of the recorded program, 0 not known
 *      16      8   wall clock at time 0 of the events, ns since 1970-01-01 UTC, 0 not known
 *      24     32   0
 *      56      8   XXH64, seed 0, of bytes 0 to 55
 */
struct trace_file_header {
    const char *magic; /* of another file with this frame; NULL: TRACE_FILE_MAGIC */
    uint16_t major, minor;
    uint32_t pid;           /* 0: not known */
    uint64_t start_wall_ns; /* 0: not known */
    uint64_t checksum;      /* set when read or written: it names the file in its blocks */
};

enum trace_block_kind {
    TRACE_BLOCK_NOTES = 1,
    TRACE_BLOCK_EVENTS = 2,
    TRACE_BLOCK_CONTEXTS = 3,
    TRACE_BLOCK_SYMBOLS = 4,
    TRACE_BLOCK_GAP = 5,
    TRACE_BLOCK_END = 6,
};
enum trace_block_encoding { TRACE_PLAIN = 0, TRACE_ZSTD = 1 };

/*  offset  bytes
 *       0      8   89 67 63 42 4c 4f 43 4b   ("\x89gcBLOCK")
 *       8      1   kind
 *       9      1   encoding of the payload: 0 plain, 1 one zstd frame
 *      10      2   0
 *      12      4   number of the block in the file, from 0
 *      16      4   stored bytes: of the payload in the file
 *      20      4   raw bytes: of the payload decoded
 *      24      8   least time of its events, ns
 *      32      8   greatest time of its events, ns
 *      40      4   events (contexts, symbols, notes) in it
 *      44      4   events lost, by the LOST events in it; 2^32 - 1 stands for that many or more
 *      48      8   checksum of the file header
 *      56      8   XXH64 of the stored payload; its seed: the XXH64, seed 0, of bytes 0 to 55
 */
struct trace_block_header {
    uint8_t kind, encoding;
    uint32_t number;
    uint32_t stored_bytes, raw_bytes;
    uint64_t first_ns, last_ns;
    uint32_t count, lost;
    uint64_t file;
};

/* How a recording ended. */
enum trace_ending {
    TRACE_ENDED = 1,    /* the program said so: its last event is RUN_END */
    TRACE_DIED = 2,     /* the program is gone without saying so: killed, crashed, or left by another way */
    TRACE_DETACHED = 3, /* the recording was ended, the program went on */
    TRACE_REPAIRED = 4, /* the file had no end; a repair wrote this one */
};
struct trace_end {
    enum trace_ending ending;
    int32_t wait_status;    /* of waitpid() when it died or ended, else 0 */
    uint64_t lost_events;   /* dropped by the recorder or the writer that no LOST event tells */
    uint64_t lost_contexts; /* stacks that the context table had no room for */
};

enum { TRACE_END_BYTES = 24, TRACE_GAP_BYTES = 40 }; /* payloads of the two; a later minor version may append to them */

/* A part of a file that a repair left out, in place of it. */
struct trace_left_out {
    uint64_t offset, bytes; /* in the file that was repaired */
    uint64_t missing_blocks;
    uint64_t from_ns, to_ns;
};

/* A fact about the recording, by name; a name may occur more than once. */
struct trace_note {
    const char *name, *text;
};

struct trace_frame {
    const char *function; /* "" when not known */
    const char *file;     /* "" when not known */
    uint32_t line;        /* 0 when not known */
};
struct trace_symbol {
    uint64_t pc;                      /* as it stands in a context: a return address */
    const struct trace_frame *frames; /* innermost first */
    size_t frame_count;
};

void trace_end_write(const struct trace_end *end, uint8_t out[TRACE_END_BYTES]);
void trace_end_read(const uint8_t in[TRACE_END_BYTES], struct trace_end *ret_end);
void trace_left_out_write(const struct trace_left_out *left_out, uint8_t out[TRACE_GAP_BYTES]);
void trace_left_out_read(const uint8_t in[TRACE_GAP_BYTES], struct trace_left_out *ret_left_out);

void trace_file_header_write(struct trace_file_header *header, uint8_t out[TRACE_FILE_HEADER_BYTES]);

/* false: the checksum does not match; the fields are filled all the same. A magic that is none is taken for a
 * trace's. */
bool trace_file_header_read(const uint8_t in[TRACE_FILE_HEADER_BYTES], struct trace_file_header *ret_header);

/* Computes the checksum over `payload`, header->stored_bytes long. */
void trace_block_header_write(const struct trace_block_header *header, const uint8_t *payload,
                              uint8_t out[TRACE_BLOCK_HEADER_BYTES]);

/* NULL: a block header whose sizes are in bounds; its checksum is not looked at. Else what is wrong, a constant text. */
const char *trace_block_header_read(const uint8_t in[TRACE_BLOCK_HEADER_BYTES], struct trace_block_header *ret_header);

/* Whether the checksum matches header bytes and payload. */
bool trace_block_verify(const uint8_t in[TRACE_BLOCK_HEADER_BYTES], const uint8_t *payload, uint32_t stored_bytes);

#endif
