//! Another Rust library in one firmware with iotcred: without std and an allocator, with a panic handler, formatting and division of its own. CMakeLists.txt
//! makes a static library of it, and jobs.py knows what it answers.
#![no_std]

use core::fmt::{self, Write};
use core::panic::PanicInfo;

unsafe extern "C" {
    fn second_panicked() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe { second_panicked() }
}

struct Text<'a> {
    place: &'a mut [u8],
    len: usize,
}

impl Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.place
            .get_mut(self.len..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// Writes the sum of `bytes`, 10^12 times its mean, and the byte at `index`, which panics behind the end; how much it wrote.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn second_describe(
    bytes: *const u8,
    len: usize,
    index: usize,
    place: *mut u8,
    size: usize,
) -> usize {
    let bytes = unsafe { core::slice::from_raw_parts(bytes, len) };
    let place = unsafe { core::slice::from_raw_parts_mut(place, size) };
    let sum: u64 = bytes.iter().map(|byte| u64::from(*byte)).sum();
    let mut text = Text { place, len: 0 };
    write!(
        text,
        "{sum} {} {:?}",
        sum * 1_000_000_000_000 / (len as u64),
        Some(bytes[index])
    )
    .map_or(0, |()| text.len)
}
