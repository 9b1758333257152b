# SPDX-License-Identifier: MIT
carvq_test(base carvq)
