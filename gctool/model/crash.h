/* crash.h: a crash record (docs/formats/gccrash.md) in memory: the report's entries in their order, and what was loaded where. */
#ifndef GCTOOL_MODEL_CRASH_H
#define GCTOOL_MODEL_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gctool/model/snapshot.h"
#include "gctool/model/texts.h"
#include "tracer/format/crash_file.h"

struct error;

struct crash_entry {
    enum crash_tag tag;
    enum crash_unit unit; /* of a FACT */
    bool is_exact;        /* of a FRAME: the address of the instruction itself */
    const char *key;      /* of a FACT */
    const char *text;     /* never NULL but of FRAME and CODE */
    uint64_t number;      /* a FACT's value, a FRAME's address, a CODE's index in `codes` */
};

struct crash_code {
    uint64_t address, pc;
    size_t size;
    uint8_t bytes[CRASH_CODE_BYTES_MAX];
};

struct crash {
    uint32_t pid;
    uint64_t wall_ns;
    const char *program; /* NULL: not known */
    const char *verdict; /* the line before all sections; NULL: it is missing */
    struct crash_entry *entries;
    size_t entry_count, entry_capacity;
    struct crash_code *codes;
    size_t code_count, code_capacity;
    struct snapshot_module *modules;
    size_t module_count, module_capacity;
    bool complete; /* the end is there and nothing before it is missing */
    struct texts texts;
};

/* 0, or negative with `reterr`. What is damaged is left out. `path` "-" is standard input. */
[[nodiscard]] int crash_load(const char *path, struct crash **ret_crash, struct error *reterr);
[[nodiscard]] int crash_load_memory(const void *memory, size_t size, struct crash **ret_crash, struct error *reterr);

/* NULL is nothing. */
void crash_free(struct crash *take_crash);

#endif
