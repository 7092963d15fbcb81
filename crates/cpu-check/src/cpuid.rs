//! What an x86 processor and its system say of themselves, asked directly: under an emulator
//! `/proc/cpuinfo` describes the host.
//!
//! Written so that no compiler turns it into newer instructions: no shift by a variable, no copy of a
//! structure, no "all of these bits" that it can see through.

use std::hint::black_box;

use crate::names::{Bit, Register};

/// CPUID's "the system saves more registers", and XGETBV can be asked.
const OSXSAVE: Bit = Bit {
    leaf: 1,
    subleaf: 0,
    register: Register::Ecx,
    mask: 1 << 27,
};
/// AMX's 8-bit kernels.
pub const AMX_INT8: Bit = Bit {
    leaf: 7,
    subleaf: 0,
    register: Register::Edx,
    mask: 1 << 25,
};
/// Registers that the system saves: XMM and YMM.
const YMM: u64 = 0b110;
/// And the masks and the upper halves and upper sixteen of ZMM.
const ZMM: u64 = 0b1110_0110;

/// Whether the processor has what a bit stands for.
#[inline(never)]
pub fn has(bit: &Bit) -> bool {
    use std::arch::x86_64::{__cpuid, __cpuid_count};
    // The highest leaf of its range comes first.
    if __cpuid(bit.leaf & 0x8000_0000).eax < bit.leaf {
        return false;
    }
    let found = __cpuid_count(bit.leaf, bit.subleaf);
    let register = match bit.register {
        Register::Eax => found.eax,
        Register::Ebx => found.ebx,
        Register::Ecx => found.ecx,
        Register::Edx => found.edx,
    };
    black_box(register) & bit.mask != 0
}

/// Whether the system saves the registers that a group of instructions needs.
#[inline(never)]
pub fn is_saved(name: &str) -> bool {
    let bytes = name.as_bytes();
    let begins = |word: &[u8]| bytes.len() >= word.len() && bytes[..word.len()] == *word;
    let needed = if begins(b"avx512") {
        ZMM
    } else if begins(b"avx") || matches!(name, "fma" | "f16c" | "vaes") {
        YMM
    } else {
        return true;
    };
    has(&OSXSAVE) && black_box(saved_registers() & black_box(needed)) == needed
}

fn saved_registers() -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: XGETBV reads a register and changes nothing else. It exists where CPUID has OSXSAVE,
    // which the caller has asked for.
    #[allow(unsafe_code)]
    unsafe {
        std::arch::asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") high,
            options(nomem, nostack, preserves_flags));
    }
    u64::from(high) << 32 | u64::from(low)
}
