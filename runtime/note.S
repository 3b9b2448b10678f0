/* note.S: the mark by which a program that contains libgcrt is recognised before it runs (gctool/process/elf_file.c).
 *
 * A note is loaded with the program, so strip keeps it, and a linker that collects unused sections keeps notes too.
 *
 *     4  name bytes    4  value bytes    4  type 1    "gcrt\0" padded to 8    4  version of the ABI
 */
    .section .note.gcrt, "a", @note
    .balign 4
    .long 5
    .long 4
    .long 1
    .asciz "gcrt"
    .balign 4
    .long 0
    .section .note.GNU-stack, "", @progbits
