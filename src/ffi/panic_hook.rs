//! Where a panic ends that cannot unwind: in the firmware's hook if it gave one, else in a trap.

#[cfg(feature = "client")]
pub(super) use hook::set;

/// Does not return: calls the firmware's hook, and traps when there is none or when it returns.
pub(super) fn call() -> ! {
    #[cfg(feature = "client")]
    hook::run();
    trap()
}

/// Stops the processor in a way that a debugger and a fault handler see.
fn trap() -> ! {
    loop {
        // SAFETY: an undefined instruction has no operands and touches no memory.
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        unsafe {
            core::arch::asm!("ud2", options(nomem, nostack));
        }
        // SAFETY: as above.
        #[cfg(any(target_arch = "arm", target_arch = "aarch64"))]
        unsafe {
            core::arch::asm!("udf #0", options(nomem, nostack));
        }
        // SAFETY: as above.
        #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
        unsafe {
            core::arch::asm!("unimp", options(nomem, nostack));
        }
        core::hint::spin_loop();
    }
}

#[cfg(feature = "client")]
mod hook {
    use core::ffi::c_void;
    use core::sync::atomic::{AtomicPtr, Ordering};

    /// The hook as an address: a function pointer cannot stand in an atomic.
    static HOOK: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

    /// Sets the hook for the process.
    pub(in super::super) fn set(hook: unsafe extern "C" fn()) {
        HOOK.store(hook as *mut c_void, Ordering::Release);
    }

    pub(super) fn run() {
        let hook = HOOK.load(Ordering::Acquire);
        if !hook.is_null() {
            // SAFETY: the address was stored by `set`, from a function of this very type.
            let hook: unsafe extern "C" fn() = unsafe { core::mem::transmute(hook) };
            // SAFETY: the function is the firmware's.
            unsafe { hook() };
        }
    }
}
