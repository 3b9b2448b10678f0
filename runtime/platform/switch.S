/* The context switch and the bottom frame of every goroutine. The layout is drawn in context.h. */
#ifndef __x86_64__
#error "libgcrt is written for x86-64"
#endif
    .text

/* void context_switch(void **ret_stack_pointer, void *stack_pointer) */
    .globl context_switch
    .hidden context_switch
    .type context_switch, @function
    .p2align 4
context_switch:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movl (%rsp), %eax
    movzwl 4(%rsp), %ecx
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    /* Loading the control words costs more than comparing them, and they hardly ever differ. */
    cmpl %eax, (%rsp)
    jne 1f
    cmpw %cx, 4(%rsp)
    jne 1f
2:
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %r15
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r15
    popq %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    popq %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    popq %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    popq %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    ret
    .cfi_adjust_cfa_offset 56
    .cfi_rel_offset %rbp, 48
    .cfi_rel_offset %rbx, 40
    .cfi_rel_offset %r12, 32
    .cfi_rel_offset %r13, 24
    .cfi_rel_offset %r14, 16
    .cfi_rel_offset %r15, 8
1:
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    jmp 2b
    .cfi_endproc
    .size context_switch, . - context_switch

/* Entered by the `ret` above with function in r13 and its argument in r12, the stack pointer aligned to 16. Unwinders look at the byte
 * before a return address, hence the nop before the label: whichever address they use, they find the end. */
    .globl context_bottom
    .hidden context_bottom
    .type context_bottom, @function
    .p2align 4
    .cfi_startproc
    .cfi_undefined %rip
    .cfi_undefined %rbp
    nop
context_bottom:
    xorl %ebp, %ebp
    movq %r12, %rdi
    call *%r13
    ud2
    .cfi_endproc
    .size context_bottom, . - context_bottom

    .section .note.GNU-stack, "", @progbits
