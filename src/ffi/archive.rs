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
