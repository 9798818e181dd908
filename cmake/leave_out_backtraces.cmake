# std prints backtraces, and brings a reader of debugging information along for it: a sixth of the program. All of it hangs on one method, `Display::fmt` of a
# type of std's own, that the default panic hook calls. Its machine code is replaced by that of a C function which returns 0, `Ok(())`: no frames are printed
# then, and --gc-sections drops the rest. The size stays, so that the tables for unwinding stay right. Where anything is not as expected the archive stays as it
# was. tests/packaging/run.py lets such an archive panic.
function(leave_out_backtraces object)
    execute_process(COMMAND "${OBJDUMP}" -h -w "${object}" OUTPUT_VARIABLE sections ERROR_QUIET)
    string(REGEX MATCHALL " [.]text[.]_R[A-Za-z0-9_]*9backtrace[A-Za-z0-9_]*16DisplayBacktrace[A-Za-z0-9_]*7Display3fmt +[0-9a-f]+" found "${sections}")
    if(NOT found MATCHES "^ ([^ ;]+) +([0-9a-f]+)$") # The space: on ARM the sections for unwinding have names that end in the function's section.
        message(STATUS "iotcred: std's backtraces were not found, and stay in the archive")
        return()
    endif()
    set(section "${CMAKE_MATCH_1}")
    set(size "${CMAKE_MATCH_2}")
    set(stub "${object}.stub")
    file(WRITE "${stub}.c" "int stub(const void *self, void *formatter);\nint stub(const void *self, void *formatter) { (void)self; (void)formatter; return 0; }\n")
    execute_process(COMMAND ${STUB_COMPILER} -O2 -g0 -ffunction-sections -fno-stack-protector -c -o "${stub}.o" "${stub}.c" RESULT_VARIABLE failed)
    execute_process(COMMAND "${OBJDUMP}" -r "${stub}.o" OUTPUT_VARIABLE relocations RESULT_VARIABLE failed_too)
    if(failed OR failed_too OR relocations MATCHES "[[][.]text[.]stub[]]")
        message(STATUS "iotcred: the function in place of std's backtraces was not compiled: they stay in the archive")
        return()
    endif()
    execute_process(COMMAND "${OBJCOPY}" -O binary --only-section=.text.stub --gap-fill=0xcc --pad-to=0x${size} "${stub}.o" "${stub}.bin" RESULT_VARIABLE failed)
    execute_process(COMMAND "${OBJCOPY}" --remove-relocations=${section} --update-section "${section}=${stub}.bin" "${object}" "${stub}.out"
        RESULT_VARIABLE failed_too ERROR_VARIABLE complaint)
    if(failed OR failed_too)
        message(STATUS "iotcred: std's backtraces stay in the archive: ${complaint}")
    else()
        file(RENAME "${stub}.out" "${object}")
    endif()
    file(REMOVE "${stub}.c" "${stub}.o" "${stub}.bin" "${stub}.out")
endfunction()
