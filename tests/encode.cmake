# SPDX-License-Identifier: MIT
if(TARGET carvq_encode)
  carvq_test(encode_file carvq_encode)
endif()
