/* The page without data, as viewer/CMakeLists.txt puts it together. */
    .section .rodata
    .global page_template, page_template_end
page_template:
    .incbin "viewer_page.html"
page_template_end:
    .byte 0
    .section .note.GNU-stack, "", @progbits
