# SPDX-License-Identifier: MIT
# Threads that wait do not spin: tests often share the machine.
if(TARGET carvq_eval)
  carvq_test(eval_measures carvq_eval lm_fixture)
  target_compile_definitions(test_eval_measures PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples"
    CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
  carvq_test(neighbours carvq_eval)
  set_tests_properties(eval_measures neighbours PROPERTIES ENVIRONMENT OMP_WAIT_POLICY=passive)
endif()
if(TARGET carvq_cli)
  add_test(NAME cli_eval COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/eval.sh $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR})
  add_test(NAME cli_compare COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/compare.sh $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli_eval cli_compare PROPERTIES TIMEOUT 600 ENVIRONMENT OMP_WAIT_POLICY=passive)
endif()
