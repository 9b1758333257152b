# SPDX-License-Identifier: MIT
if(TARGET carvq_baselines)
  carvq_test(baselines carvq_baselines carvq_encode)
  carvq_test(baselines_methods carvq_baselines carvq_encode)
  add_executable(baselines_decode baselines_main.c)
  target_link_libraries(baselines_decode PRIVATE carvq_baselines carvq_flags)
  carvq_python_test(baselines_agree "numpy safetensors" $<TARGET_FILE:baselines_decode> ${PROJECT_SOURCE_DIR}/examples
    ${CARVQ_TEST_DATA})
  set_tests_properties(baselines_agree PROPERTIES ENVIRONMENT "OMP_NUM_THREADS=1;OPENBLAS_NUM_THREADS=1") # tests share the machine
  # .ci/run: with gcc only
  set_tests_properties(baselines_agree PROPERTIES LABELS slow)
endif()
