# iotcred in the place of "SigV4 for AWS IoT embedded SDK": what the demos of the AWS IoT Device SDK for Embedded C include, and what they go on to write:
#
#     include(libraries/aws/sigv4-for-aws-iot-embedded-sdk/sigv4FilePaths.cmake)
#     add_executable(demo demo.c ${SIGV4_SOURCES})
#     target_include_directories(demo PRIVATE ${SIGV4_INCLUDE_PUBLIC_DIRS})
#
# Targets that are defined afterwards in the including directory, or below it, link iotcred::sigv4. It may be included any number of times.

# A check of the structs' layout. The signer itself is in the archive.
set(SIGV4_SOURCES "${CMAKE_CURRENT_LIST_DIR}/src/aws_sdk/layout.c")

set(SIGV4_INCLUDE_PUBLIC_DIRS "${CMAKE_CURRENT_LIST_DIR}/include")

# The targets, unless the program has iotcred already.
if(NOT TARGET iotcred::sigv4)
    add_subdirectory("${CMAKE_CURRENT_LIST_DIR}" "${CMAKE_BINARY_DIR}/iotcred-sigv4" EXCLUDE_FROM_ALL)
endif()

link_libraries(iotcred::sigv4)
