// SPDX-License-Identifier: MIT
// The files that generate.c wants, in flash. The assembler finds them by -Wa,-I. Behind each stands a 0 byte.
    .macro file name, path
    .global \name\()_begin, \name\()_end
    .balign 8
\name\()_begin:
    .incbin "\path"
\name\()_end:
    .byte 0
    .endm

    .section .rodata.files, "a"
    .global files_begin, files_end
files_begin:
    file config, config.json
    file model, model.safetensors
    file table, table.carvq.safetensors
files_end:
