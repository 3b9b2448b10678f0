/* note.S: the marks by which a program that contains libgcrt is recognised before it runs (gctool/process/elf_file.c), and its layout table is
 * found while it runs and in its core (gctool/process/layout.c).
 *
 * A note is loaded with the program, so strip keeps it, and a linker that collects unused sections keeps notes too.
 *
 *     4  name bytes    4  value bytes    4  type 1    "gcrt\0" padded to 8    4  version of the ABI
 *     4  name bytes    4  value bytes    4  type 2    "gcrt\0" padded to 8    8  address of the layout table - address of this value
 */
    .section .note.gcrt, "a", @note
    .balign 4
    .long 5
    .long 4
    .long 1
    .asciz "gcrt"
    .balign 4
    .long 0
    .long 5
    .long 8
    .long 2
    .asciz "gcrt"
    .balign 4
    .hidden gcrt_debug_layout
    .quad gcrt_debug_layout - .
    .section .note.GNU-stack, "", @progbits
