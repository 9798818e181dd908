# Generated requests against other people's signers: included by tests/c/CMakeLists.txt. Plain alone: it is the signatures that count here.
if(NOT IOTCRED_SANITIZE AND NOT IOTCRED_VALGRIND)
    set(IOTCRED_ORACLE_CASES 20000 CACHE STRING "How many generated requests are signed by botocore too")
    find_package(Python3 COMPONENTS Interpreter QUIET)
    if(Python3_FOUND)
        add_executable(oracle_driver "${CMAKE_CURRENT_LIST_DIR}/driver.c")
        target_link_libraries(oracle_driver PRIVATE iotcred::sigv4)
        # Two, for two processors. By hand: against_botocore.py --driver build/tests/tests/c/oracle_driver --cases 1000000 --seed 3
        foreach(seed 1 2)
            iotcred_test(oracle-botocore-${seed} "${Python3_EXECUTABLE}" -B "${CMAKE_CURRENT_LIST_DIR}/against_botocore.py" --driver $<TARGET_FILE:oracle_driver>
                --cases ${IOTCRED_ORACLE_CASES} --seed ${seed})
        endforeach()
        iotcred_test(oracle-differences "${Python3_EXECUTABLE}" -B "${CMAKE_CURRENT_LIST_DIR}/differences.py" --driver $<TARGET_FILE:oracle_driver>)
    else()
        message(STATUS "Python not found: tests against botocore left out")
    endif()
endif()
