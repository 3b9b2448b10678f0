#include "platform/store_block.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "platform/pages.h"

uint8_t gcrt_barrier_flag;

enum { JUMP_OPCODE_BYTES = 2, JUMP_BYTES = 6, TEST_BYTES_MAX = 5 };

/* By the number that instructions use. */
static const uint8_t register_places[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                          REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

/* cmpb $0, (register): an optional prefix for r8 to r15, the opcode, how the address is formed, the 0. rsp and r12 need a second byte for the
 * address, rbp and r13 a displacement of 0. */
static size_t encode_test(unsigned number, uint8_t *ret_bytes)
{
    size_t length = 0;
    if (number >= 8)
        ret_bytes[length++] = 0x41;
    ret_bytes[length++] = 0x80;
    switch (number & 7) {
    case 4:
        ret_bytes[length++] = 0x3c;
        ret_bytes[length++] = 0x24;
        break;
    case 5:
        ret_bytes[length++] = 0x7d;
        ret_bytes[length++] = 0;
        break;
    default:
        ret_bytes[length++] = (uint8_t)(0x38 | (number & 7));
    }
    ret_bytes[length++] = 0;
    return length;
}

/* Code on the pc's own page can be read; on another one, only the kernel knows. */
static bool read_code(uintptr_t pc, uintptr_t address, void *ret_bytes, size_t length)
{
    if (address / PAGE_BYTES == pc / PAGE_BYTES && (address + length - 1) / PAGE_BYTES == pc / PAGE_BYTES) {
        memcpy(ret_bytes, (const void *)address, length);
        return true;
    }
    struct iovec to = {ret_bytes, length}, from = {(void *)address, length};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)length;
}

/* A test of the flag through `number`, which holds its address, that ends at `jump`, where a jump stands. */
static uintptr_t test_before(uintptr_t pc, uintptr_t jump, unsigned number)
{
    uint8_t expected[TEST_BYTES_MAX + JUMP_OPCODE_BYTES], found[TEST_BYTES_MAX + JUMP_OPCODE_BYTES];
    size_t length = encode_test(number, expected);
    expected[length] = 0x0f;
    expected[length + 1] = 0x85;
    uintptr_t test = jump - length;
    if (!read_code(pc, test, found, length + JUMP_OPCODE_BYTES) ||
        memcmp(found, expected, length + JUMP_OPCODE_BYTES) != 0)
        return 0;
    return test;
}

uintptr_t store_block_test(const mcontext_t *context)
{
    uintptr_t pc = (uintptr_t)context->gregs[REG_RIP];
    for (unsigned number = 0; number < sizeof register_places; number++) {
        if ((uintptr_t)context->gregs[register_places[number]] != (uintptr_t)&gcrt_barrier_flag)
            continue;
        uintptr_t test = test_before(pc, pc, number);
        if (test == 0)
            test = test_before(pc, pc - JUMP_BYTES, number);
        if (test != 0)
            return test;
    }
    return 0;
}
