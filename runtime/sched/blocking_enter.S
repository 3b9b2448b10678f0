/* void gcrt_block_enter(void): shows the caller's registers and stack pointer to blocking_enter() (blocking.c), since the caller goes on
 * with both while its stack is scanned. The frame is drawn there. */
    .text
    .globl gcrt_block_enter
    .type gcrt_block_enter, @function
    .p2align 4
gcrt_block_enter:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq %r15
    pushq %r14
    pushq %r13
    pushq %r12
    pushq %rbx
    subq $8, %rsp
    movq %rsp, %rdi
    call blocking_enter
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size gcrt_block_enter, . - gcrt_block_enter

    .section .note.GNU-stack, "", @progbits
