# SPDX-License-Identifier: MIT
if(TARGET carvq_lm)
  add_library(lm_fixture STATIC lm_fixture.c)
  target_link_libraries(lm_fixture PUBLIC carvq_lm PRIVATE carvq_flags)
  target_include_directories(lm_fixture PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})

  carvq_test(lm_architectures lm_fixture)
  carvq_test(lm_bad_model lm_fixture)
  carvq_test(lm_rope carvq_lm)
  carvq_test(lm_awq carvq_lm)
  carvq_test(lm_forward lm_fixture)
  target_compile_definitions(test_lm_forward PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples"
    CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
  carvq_test(lm_sequences lm_fixture)
  target_compile_definitions(test_lm_sequences PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples")

  set_tests_properties(lm_forward PROPERTIES ENVIRONMENT OMP_WAIT_POLICY=passive) # threads that wait do not spin

  add_executable(lm_logits lm_logits_main.c)
  target_link_libraries(lm_logits PRIVATE carvq_lm carvq_flags)
  carvq_python_test(lm_reference "numpy" $<TARGET_FILE:lm_logits>)
endif()
