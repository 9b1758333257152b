# SPDX-License-Identifier: MIT
if(CARVQ_TOOLS)
  carvq_test(blas carvq_blas)
endif()
