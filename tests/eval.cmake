# SPDX-License-Identifier: MIT
# Threads that wait do not spin: tests often share the machine.
if(TARGET carvq_eval)
  carvq_test(eval_measures carvq_eval lm_fixture)
  target_compile_definitions(test_eval_measures PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples"
    CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
  carvq_test(neighbours carvq_eval)
  carvq_test(eval_task_read carvq_eval)
  carvq_test(eval_task carvq_eval lm_fixture)
  carvq_test(eval_task_real carvq_eval lm_fixture)
  target_compile_definitions(test_eval_task_real PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples"
    CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
  set_tests_properties(eval_task_real PROPERTIES TIMEOUT 900 LABELS slow) # .ci/run: with gcc only
  carvq_test(eval_task_memory carvq_eval)
  target_compile_definitions(test_eval_task_memory PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples")
  target_link_options(test_eval_task_memory PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
  set_tests_properties(eval_measures neighbours eval_task eval_task_real eval_task_memory PROPERTIES ENVIRONMENT OMP_WAIT_POLICY=passive)
endif()
if(TARGET carvq_cli)
  foreach(name eval eval_task compare compare_budget compare_stats)
    add_test(NAME cli_${name} COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/${name}.sh $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR})
    set_tests_properties(cli_${name} PROPERTIES TIMEOUT 600 ENVIRONMENT OMP_WAIT_POLICY=passive)
  endforeach()
  set_tests_properties(cli_compare_budget PROPERTIES LABELS slow) # .ci/run: with gcc only
endif()
