# SPDX-License-Identifier: MIT
carvq_test(base carvq)
carvq_test(json carvq)
