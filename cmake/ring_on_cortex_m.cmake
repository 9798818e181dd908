# What ring lacks on a Cortex-M, closed here: CMakeLists.txt includes this while it makes the `client` archive for a thumb target.
#
# ring's build script leaves its assembly out where there is no operating system, while its Rust code goes on calling it on every 32-bit ARM. Four of the files that
# ring's own package carries are plain Thumb-2 once their NEON halves are cut off, and no Cortex-M has NEON: they are assembled for the target at hand, and what needs NEON
# traps, since ring asks for NEON before it calls any of it (src/cpu/arm.rs: none is ever detected without an operating system).
#
# ring does not support this, so it is tied to one version, which Cargo.toml pins. To move on: change both, and let tests/cortex_m/ run its known answers.
set(RING_VERSION 0.17.14)
set(RING_FILES sha256-armv4 sha512-armv4 armv4-mont chacha-armv4)
set(RING_NEEDS_NEON ChaCha20_ctr32_neon bn_mul8x_mont_neon bsaes_ctr32_encrypt_blocks gcm_ghash_neon gcm_gmult_neon gcm_init_neon
    openssl_poly1305_neon2_addmulmod openssl_poly1305_neon2_blocks sha256_block_data_order_neon sha512_block_data_order_neon
    vpaes_ctr32_encrypt_blocks vpaes_encrypt_key_to_bsaes vpaes_set_encrypt_key)
set(RING_ARCH_thumbv7m armv7-m)
set(RING_ARCH_thumbv7em armv7e-m)
set(RING_ARCH_thumbv8m.main armv8-m.main)

# ring_objects(<out> <folder> <cargo's messages>): object files, made in `folder`, that close the gaps of the ring that Cargo has just built.
function(ring_objects out folder messages)
    ring_source(ring "${messages}")
    string(REGEX REPLACE "-.*" "" family "${RUST_TARGET}")
    if(NOT RING_ARCH_${family})
        message(FATAL_ERROR "iotcred: no ring for ${RUST_TARGET}: its assembly wants Thumb-2 (${CMAKE_CURRENT_LIST_FILE})")
    endif()
    set(assemble "${C_COMPILER}" ${C_COMPILER_TARGET} -mthumb -march=${RING_ARCH_${family}} -I "${ring}/include" -I "${ring}/pregenerated" -c)
    file(REMOVE_RECURSE "${folder}")
    file(MAKE_DIRECTORY "${folder}")
    set(objects "")
    foreach(name IN LISTS RING_FILES)
        file(READ "${ring}/pregenerated/${name}-linux32.S" text)
        # The processor is the target's and not an application's one: so the assembler refuses an instruction that it lacks.
        string(REGEX REPLACE "[\t ]*\\.arch[\t ]+armv7-a" "" text "${text}")
        # Each file a section of its own, for the program's --gc-sections.
        string(REGEX REPLACE "(^|\n)\\.text[\t ]*\n" "\\1.section .text.ring_${name},\"ax\",%progbits\n" text "${text}")
        file(WRITE "${folder}/${name}.S" "#include <ring-core/asm_base.h>\n#undef __ARM_MAX_ARCH__\n#define __ARM_MAX_ARCH__ 6\n${text}")
        list(APPEND objects "${folder}/${name}.o")
        run(${assemble} "${folder}/${name}.S" -o "${folder}/${name}.o")
    endforeach()
    set(text "#include <ring-core/asm_base.h>\n.syntax unified\n.section .text.ring_needs_neon,\"ax\",%progbits\n")
    foreach(name IN LISTS RING_NEEDS_NEON)
        string(APPEND text ".globl ${name}\n.hidden ${name}\n.type ${name}, %function\n.thumb_func\n${name}:\n")
    endforeach()
    file(WRITE "${folder}/needs-neon.S" "${text}    udf #0\n.section .note.GNU-stack,\"\",%progbits\n")
    run(${assemble} "${folder}/needs-neon.S" -o "${folder}/needs-neon.o")
    set(${out} ${objects} "${folder}/needs-neon.o" PARENT_SCOPE)
endfunction()

# ring_source(<out> <cargo's messages>): the folder of the ring that was built. It must be the version that this file is written for.
function(ring_source out messages)
    string(REGEX MATCHALL "\"manifest_path\":\"[^\"]*ring[^\"/\\]*[/\\]+Cargo.toml\"" manifests "${messages}")
    foreach(manifest IN LISTS manifests)
        string(REGEX REPLACE "^\"manifest_path\":\"(.*)\"$" "\\1" manifest "${manifest}")
        string(REGEX REPLACE "\\\\+" "/" manifest "${manifest}")
        file(STRINGS "${manifest}" name REGEX "^name = \"ring\"$" LIMIT_COUNT 1)
        file(STRINGS "${manifest}" version REGEX "^version = " LIMIT_COUNT 1)
        if(name)
            if(NOT version STREQUAL "version = \"${RING_VERSION}\"")
                message(FATAL_ERROR "iotcred: on a Cortex-M this ring is not known (${version}); it must be ${RING_VERSION}. See ${CMAKE_CURRENT_LIST_FILE}.")
            endif()
            get_filename_component(folder "${manifest}" DIRECTORY)
            set(${out} "${folder}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "iotcred: Cargo did not say where ring ${RING_VERSION} is")
endfunction()
