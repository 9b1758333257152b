# SPDX-License-Identifier: MIT
if(CARVQ_TOOLS)
  carvq_test(blas carvq_host)
  carvq_test(adaptor_gradients carvq_encode)
  carvq_test(adaptor_train carvq_encode)
  carvq_test(encode_adaptor carvq_encode)
endif()
