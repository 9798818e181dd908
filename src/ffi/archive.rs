//! What an archive needs that a crate must not have: the panic handler of the sizes without an operating system, and the allocator of
//! the size that has one. Present only where `CMakeLists.txt` builds an archive (`--cfg iotcred_archive`), never under `cargo test`.

#[cfg(feature = "std")]
mod hosted {
    use core::alloc::{GlobalAlloc, Layout};
    use std::alloc::System;
    use zeroize::Zeroize;

    /// The system's allocator, with each block cleared before it is given back: rustls and ring leave keys and plaintext in theirs.
    struct Wiping;

    // SAFETY: every call goes to `System` with the arguments as they came. A block is cleared only between the caller's last use and `System`'s
    // `dealloc`, within the `layout.size()` bytes that the caller owned.
    unsafe impl GlobalAlloc for Wiping {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as above.
            unsafe { System.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            // SAFETY: as above.
            unsafe { System.alloc_zeroed(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: as above. `realloc` is the default one, which allocates, copies and comes here.
            unsafe {
                core::slice::from_raw_parts_mut(block.cast::<core::mem::MaybeUninit<u8>>(), layout.size()).zeroize();
                System.dealloc(block, layout);
            }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Wiping = Wiping;
}

#[cfg(not(feature = "std"))]
mod bare {
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        super::super::panic_hook::call()
    }
}

#[cfg(all(feature = "client", not(feature = "std")))]
mod firmware {
    use super::super::port;
    use core::alloc::{GlobalAlloc, Layout};
    use zeroize::Zeroize;

    /// The firmware's allocator or its arena, with each block cleared before it is given back.
    struct Wiping;

    // SAFETY: the port's contract is that of an allocator, and so is the arena's. A block is cleared only between the caller's last use and `release`, within
    // the `layout.size()` bytes that the caller owned.
    unsafe impl GlobalAlloc for Wiping {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            port::allocate(layout)
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: as above. `realloc` is the default one, which allocates, copies and comes here.
            unsafe {
                core::slice::from_raw_parts_mut(block.cast::<core::mem::MaybeUninit<u8>>(), layout.size()).zeroize();
                port::release(block, layout);
            }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Wiping = Wiping;

    /// ring's randomness, where there is no operating system to ask.
    #[cfg(target_os = "none")]
    fn random(buffer: &mut [u8]) -> Result<(), getrandom::Error> {
        port::random(buffer).map_err(|_| getrandom::Error::FAILED_RDRAND)
    }

    #[cfg(target_os = "none")]
    getrandom::register_custom_getrandom!(random);
}
