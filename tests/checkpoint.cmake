# SPDX-License-Identifier: MIT
if(CARVQ_TOOLS)
  foreach(test checkpoint_open checkpoint_tables checkpoint_copy bad_checkpoints)
    carvq_test(${test} carvq_checkpoint)
  endforeach()
  target_compile_definitions(test_bad_checkpoints PRIVATE BAD_FILES="${CMAKE_CURRENT_SOURCE_DIR}/bad")
endif()
