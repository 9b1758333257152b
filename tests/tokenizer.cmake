# SPDX-License-Identifier: MIT
if(TARGET carvq_tokenizer)
  carvq_test(tokenizer carvq_tokenizer)
  carvq_test(tokenizer_hostile carvq_tokenizer)
  carvq_test(detokenizer carvq_tokenizer)
  target_compile_definitions(test_detokenizer PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples" CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
  carvq_test(tokenizer_regex carvq_tokenizer)
  carvq_test(tokenizer_memory carvq_tokenizer)
  target_link_options(test_tokenizer_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
  carvq_test(tokens carvq_tokenizer)
  carvq_test(counts carvq_tokenizer)

  add_executable(tokenizer_ids tokenizer_main.c)
  target_link_libraries(tokenizer_ids PRIVATE carvq_tokenizer carvq_flags)
  carvq_python_test(tokenizer_ids tokenizers $<TARGET_FILE:tokenizer_ids> ${CARVQ_TEST_DATA})
  set_tests_properties(tokenizer_ids PROPERTIES LABELS slow) # .ci/run: with gcc only
endif()
