#include "gctool/process/disassembler.h"

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stdio.h>

/* Whether decoding from `at` on comes to `goal`. */
static bool leads_to(csh handle, cs_insn *scratch, const uint8_t *at, size_t goal_bytes, uint64_t address)
{
    size_t rest = goal_bytes;
    while (rest > 0 && cs_disasm_iter(handle, &at, &rest, &address, scratch))
        ;
    return rest == 0;
}

static size_t decode(csh handle, cs_insn *scratch, const uint8_t *at, size_t size, uint64_t address,
                     struct instruction *ret_instructions, size_t instructions_max)
{
    size_t count = 0;
    while (size > 0 && count < instructions_max) {
        struct instruction *instruction = &ret_instructions[count++];
        instruction->address = address;
        if (cs_disasm_iter(handle, &at, &size, &address, scratch)) {
            snprintf(instruction->text, sizeof instruction->text, "%s%s%s", scratch->mnemonic,
                     scratch->op_str[0] != '\0' ? " " : "", scratch->op_str);
            continue;
        }
        snprintf(instruction->text, sizeof instruction->text, "(bad)");
        at++;
        size--;
        address++;
    }
    return count;
}

size_t disassemble(const uint8_t *bytes, size_t size, uint64_t address, uint64_t pc,
                   struct instruction *ret_instructions, size_t instructions_max)
{
    csh handle;
    if (pc < address || pc - address >= size || cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
        return 0;
    cs_insn *scratch = cs_malloc(handle);
    size_t before = (size_t)(pc - address), from = 0, count = 0;
    if (scratch != NULL) {
        while (from < before && !leads_to(handle, scratch, bytes + from, before - from, address + from))
            from++;
        count = decode(handle, scratch, bytes + from, size - from, address + from, ret_instructions, instructions_max);
        cs_free(scratch, 1);
    }
    cs_close(&handle);
    return count;
}
