/* disassembler.h: x86-64 machine code in words, by capstone. */
#ifndef GCTOOL_PROCESS_DISASSEMBLER_H
#define GCTOOL_PROCESS_DISASSEMBLER_H

#include <stddef.h>
#include <stdint.h>

enum { INSTRUCTION_TEXT_BYTES = 200 };

struct instruction {
    uint64_t address;
    char text[INSTRUCTION_TEXT_BYTES]; /* "mov dword ptr [rax], 1"; "(bad)" for a byte that begins none */
};

/* The instructions in `bytes`, which lie at `address`, so aligned that one begins at `pc`: the bytes may begin in the middle of one. Returns how many, 0 also when
 * the library cannot be used. */
size_t disassemble(const uint8_t *bytes, size_t size, uint64_t address, uint64_t pc,
                   struct instruction *ret_instructions, size_t instructions_max);

#endif
