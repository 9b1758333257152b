# SPDX-License-Identifier: MIT
# Other people's tools on our files, and ours on theirs.
if(TARGET carvq_cli)
  foreach(name decode_agrees restore_agrees)
    carvq_python_test(${name} "numpy safetensors" $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR}/examples ${CARVQ_TEST_DATA})
  endforeach()
  carvq_python_test(awq_agrees "numpy" $<TARGET_FILE:lm_logits> $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR}/examples)
  carvq_python_test(task_agrees "numpy tokenizers" $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR}/examples ${CARVQ_TEST_DATA})
  # .ci/run: with gcc only. What they look at is figures; tests of the command line run the same code with sanitizers.
  set_tests_properties(decode_agrees restore_agrees awq_agrees task_agrees PROPERTIES LABELS slow)
endif()
