# SPDX-License-Identifier: MIT
# What `cmake --install` copies: libraries, headers, the tool, its manual page, and what pkg-config and find_package read.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/carvq)

# What users link: the shared libraries, if there are any.
if(BUILD_SHARED_LIBS)
  set(shared _shared)
endif()
if(TARGET carvq_encode)
  set(headers *.h)
else()
  set(headers carvq.h)
endif()

install(TARGETS carvq${shared} EXPORT carvqTargets)
install(EXPORT carvqTargets NAMESPACE carvq:: DESTINATION ${package_dir})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN ${headers})

# The .pc files find the prefix from where they lie, so that the tree can be moved.
file(RELATIVE_PATH CARVQ_PC_TO_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/carvq.pc.in carvq.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/carvq.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(TARGET carvq_encode)
  # The encoder has its own export set: a program that only reads tables must not need OpenMP and a BLAS to be found.
  install(TARGETS carvq_encode${shared} EXPORT carvqEncodeTargets)
  install(EXPORT carvqEncodeTargets NAMESPACE carvq:: DESTINATION ${package_dir})
  # A shared library knows what it needs; a static one leaves it to the program.
  if(NOT BUILD_SHARED_LIBS)
    install(TARGETS carvq_host EXPORT carvqEncodeTargets)
    set(CARVQ_PC_LIBS "-lcarvq_host ${OpenMP_C_FLAGS} -lm")
    if(OPENBLAS_FOUND)
      set(CARVQ_PC_REQUIRES openblas)
    else()
      string(APPEND CARVQ_PC_LIBS " -lblas")
    endif()
  endif()
  configure_file(cmake/carvq-encode.pc.in carvq-encode.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/carvq-encode.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(TARGET carvq_cli)
  install(TARGETS carvq_cli COMPONENT tool)
  if(EXISTS ${PROJECT_SOURCE_DIR}/doc/carvq.1)
    install(FILES doc/carvq.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tool)
  endif()
endif()

configure_package_config_file(cmake/carvqConfig.cmake.in carvqConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(carvqConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/carvqConfig.cmake ${PROJECT_BINARY_DIR}/carvqConfigVersion.cmake DESTINATION ${package_dir})
