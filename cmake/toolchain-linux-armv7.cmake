# Linux on a 32-bit ARM with hardware floating point: cmake -DCMAKE_TOOLCHAIN_FILE=toolchain-linux-armv7.cmake ...
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
find_program(IOTCRED_QEMU NAMES qemu-arm-static qemu-arm)
if(IOTCRED_QEMU) # Runs what ctest runs.
    set(CMAKE_CROSSCOMPILING_EMULATOR "${IOTCRED_QEMU};-L;/usr/arm-linux-gnueabihf")
endif()
