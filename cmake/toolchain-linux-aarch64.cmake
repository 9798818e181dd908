# Linux on a 64-bit ARM: cmake -DCMAKE_TOOLCHAIN_FILE=toolchain-linux-aarch64.cmake ...
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
find_program(IOTCRED_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(IOTCRED_QEMU) # Runs what ctest runs.
    set(CMAKE_CROSSCOMPILING_EMULATOR "${IOTCRED_QEMU};-L;/usr/aarch64-linux-gnu")
endif()
