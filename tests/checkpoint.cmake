# SPDX-License-Identifier: MIT
if(CARVQ_TOOLS)
  foreach(test checkpoint_open checkpoint_config checkpoint_tables checkpoint_heads checkpoint_copy checkpoint_memory bad_checkpoints)
    carvq_test(${test} carvq_checkpoint)
  endforeach()
  target_compile_definitions(test_bad_checkpoints PRIVATE BAD_FILES="${CMAKE_CURRENT_SOURCE_DIR}/bad")
  target_link_options(test_checkpoint_memory PRIVATE LINKER:--wrap=malloc,--wrap=calloc,--wrap=strdup)
endif()
