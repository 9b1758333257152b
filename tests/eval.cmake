# SPDX-License-Identifier: MIT
if(TARGET carvq_eval)
  carvq_test(eval_measures carvq_eval lm_fixture)
  target_compile_definitions(test_eval_measures PRIVATE CARVQ_EXAMPLES="${PROJECT_SOURCE_DIR}/examples" CARVQ_TEST_DATA="${CARVQ_TEST_DATA}")
endif()
