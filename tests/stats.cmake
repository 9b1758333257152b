# SPDX-License-Identifier: MIT
if(TARGET carvq_lm)
  carvq_test(stats_file carvq_stats)
  target_link_options(test_stats_file PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
  carvq_test(lm_calibrate lm_fixture)
  target_link_options(test_lm_calibrate PRIVATE -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc)
  carvq_test(lm_sensitivity lm_fixture)
  set_tests_properties(lm_calibrate lm_sensitivity PROPERTIES ENVIRONMENT OMP_WAIT_POLICY=passive) # threads that wait do not spin
endif()
if(TARGET carvq_cli)
  add_test(NAME cli_calibrated COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/calibrated.sh $<TARGET_FILE:carvq_cli>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli_calibrated PROPERTIES TIMEOUT 600 LABELS slow)
  add_test(NAME cli_calibrate COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/cli/calibrate.sh $<TARGET_FILE:carvq_cli>
    ${PROJECT_SOURCE_DIR})
  set_tests_properties(cli_calibrate PROPERTIES TIMEOUT 600 ENVIRONMENT OMP_WAIT_POLICY=passive)
  carvq_python_test(calibrate_agrees "numpy" $<TARGET_FILE:carvq_cli>)
endif()
