/* gcrt_barrier_slow: the other end of the store block of <gcrt/store.h>. Keeps every register, vector registers among them by touching none.
 *
 *     8(%rsp) slot    16(%rsp) value        as it is entered
 *
 * The first part lies in gcrt_text, so a stop does not come between the test, the record and the store. The flag is tested again, since a stop
 * may have come since the block's test. The second part lies outside: a stop that was put off is then taken by a signal to ourselves, and one
 * that comes later finds the thread stoppable, so none is overlooked.
 */
#include "collector/barrier_layout.h"

#define SIGNAL_URGENT 23
#define SYSCALL_TKILL 200

    .hidden gcrt_thread
    .hidden stop_word

    .section gcrt_text, "ax", @progbits
    .globl gcrt_barrier_slow
    .type gcrt_barrier_slow, @function
    .p2align 4
gcrt_barrier_slow:
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    movq 48(%rsp), %rax
    movq 56(%rsp), %rcx
    movq gcrt_barrier_flag@GOTPCREL(%rip), %rdx
    cmpb $0, (%rdx)
    je 2f
    movq gcrt_thread@gottpoff(%rip), %rdx
    movq %fs:(%rdx), %rdx
    testq %rdx, %rdx
    je 2f
    movq BARRIER_THREAD_WORKER(%rdx), %rdx
    testq %rdx, %rdx
    je 2f
    movq BARRIER_WORKER_BUFFER(%rdx), %rdx
    movl (%rdx), %esi
    cmpl $(BARRIER_VALUES_MAX - 2), %esi
    jbe 1f
    xorl %esi, %esi
1:
    movq (%rax), %rdi
    movq %rdi, BARRIER_VALUES(%rdx, %rsi, 8)
    movq %rcx, BARRIER_VALUES + 8(%rdx, %rsi, 8)
    addl $2, %esi
    movl %esi, (%rdx)
2:
    movq %rcx, (%rax)
    jmp barrier_slow_end
    .size gcrt_barrier_slow, . - gcrt_barrier_slow

    .text
    .type barrier_slow_end, @function
    .p2align 4
barrier_slow_end:
    testl $1, stop_word(%rip)
    jne 2f
1:
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    ret
2:
    movq gcrt_thread@gottpoff(%rip), %rdx
    movq %fs:(%rdx), %rdx
    testq %rdx, %rdx
    je 1b
    pushq %r11
    movl BARRIER_THREAD_TID(%rdx), %edi
    movl $SIGNAL_URGENT, %esi
    movl $SYSCALL_TKILL, %eax
    syscall
    popq %r11
    jmp 1b
    .size barrier_slow_end, . - barrier_slow_end

    .section .note.GNU-stack, "", @progbits
