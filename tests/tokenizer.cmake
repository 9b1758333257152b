# SPDX-License-Identifier: MIT
if(TARGET carvq_lm)
  add_executable(tokenizer_ids tokenizer_main.c)
  target_link_libraries(tokenizer_ids PRIVATE carvq_lm carvq_flags)
  carvq_python_test(tokenizer_ids tokenizers $<TARGET_FILE:tokenizer_ids> ${CARVQ_TEST_DATA})
endif()
