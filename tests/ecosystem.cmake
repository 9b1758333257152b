# SPDX-License-Identifier: MIT
# Other people's tools on our files, and ours on theirs.
if(TARGET carvq_cli)
  carvq_python_test(decode_agrees "numpy safetensors" $<TARGET_FILE:carvq_cli> ${PROJECT_SOURCE_DIR}/examples ${CARVQ_TEST_DATA})
endif()
