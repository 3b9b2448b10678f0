/* crash_output.h: the report as it is written, to stderr for people and to the record for gctool, by the same calls. crash_file.h says what each is. */
#ifndef TRACER_CRASH_CRASH_OUTPUT_H
#define TRACER_CRASH_CRASH_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tracer/format/crash_file.h"

/* `record_fd` -1: no record. */
void crash_output_start(int record_fd, uint32_t pid, uint64_t wall_ns);

/* The first line, before all sections; `is_said`: it is on stderr already. */
void crash_output_verdict(const char *verdict, bool is_said);

/* Writes what the record has so far: a section that ends the process leaves the ones before it. */
void crash_output_section(const char *title);
void crash_output_line(const char *text);
void crash_output_text(const char *key, const char *value);
void crash_output_number(const char *key, uint64_t value);
void crash_output_word(const char *key, uint64_t value, const char *meaning); /* meaning may be "" */

/* All frames go to the record; on stderr a stack that is the same as the one before is not repeated. Addresses 1 above those of the instructions, but for
 * the first where it `is_exact`. */
void crash_output_stack(const char *title, const uintptr_t *frames, size_t count, bool is_exact);
void crash_output_code(uintptr_t from, uintptr_t pc, const uint8_t *bytes, size_t size);

/* A note of the record, before the first section. */
void crash_output_note(const char *name, const char *text);

/* 0, or -errno: the record is not whole. */
int crash_output_finish(void);

#endif
