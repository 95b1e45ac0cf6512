// The builder's executable as bytes of the library. CLOISTER_BUILDER_FILE is set by CMakeLists.txt.
        .section .rodata
        .global cloister_builder_begin
        .global cloister_builder_end
        .hidden cloister_builder_begin
        .hidden cloister_builder_end
        .balign 16
cloister_builder_begin:
        .incbin CLOISTER_BUILDER_FILE
cloister_builder_end:
        .section .note.GNU-stack,"",%progbits
