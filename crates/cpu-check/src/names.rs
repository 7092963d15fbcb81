//! Groups of instructions: the compiler's name, the system's, and where CPUID tells. The build script
//! reads them too, and the processor decides which of the two is asked: each reader leaves some unread.
#![allow(dead_code)]

/// A group of instructions.
pub struct Group {
    /// The compiler's name.
    pub name: &'static str,
    /// The name in Linux's `/proc/cpuinfo`.
    pub system: &'static str,
    /// Where CPUID tells; `None` on other processors than x86.
    pub cpuid: Option<Bit>,
}

/// A bit that CPUID gives.
#[derive(Clone, Copy)]
pub struct Bit {
    /// Leaf.
    pub leaf: u32,
    /// Sub-leaf.
    pub subleaf: u32,
    /// EAX, EBX, ECX, EDX: 0 to 3.
    pub register: usize,
    /// Its number.
    pub bit: u32,
}

const EAX: usize = 0;
const EBX: usize = 1;
const ECX: usize = 2;

const fn x86(
    name: &'static str,
    system: &'static str,
    (leaf, subleaf): (u32, u32),
    register: usize,
    bit: u32,
) -> Group {
    Group {
        name,
        system,
        cpuid: Some(Bit {
            leaf,
            subleaf,
            register,
            bit,
        }),
    }
}

const fn arm(name: &'static str, system: &'static str) -> Group {
    Group {
        name,
        system,
        cpuid: None,
    }
}

const BASIC: (u32, u32) = (1, 0);
const STRUCTURED: (u32, u32) = (7, 0);
const STRUCTURED_MORE: (u32, u32) = (7, 1);
const EXTENDED: (u32, u32) = (0x8000_0001, 0);

/// What compilers make use of by themselves; the rest is only used where somebody asked for it. Bits
/// as in Intel's and AMD's manuals, CPUID.
pub const X86: [Group; 26] = [
    x86("sse3", "pni", BASIC, ECX, 0),
    x86("ssse3", "ssse3", BASIC, ECX, 9),
    x86("sse4.1", "sse4_1", BASIC, ECX, 19),
    x86("sse4.2", "sse4_2", BASIC, ECX, 20),
    x86("popcnt", "popcnt", BASIC, ECX, 23),
    x86("avx", "avx", BASIC, ECX, 28),
    x86("avx2", "avx2", STRUCTURED, EBX, 5),
    x86("fma", "fma", BASIC, ECX, 12),
    x86("f16c", "f16c", BASIC, ECX, 29),
    x86("bmi1", "bmi1", STRUCTURED, EBX, 3),
    x86("bmi2", "bmi2", STRUCTURED, EBX, 8),
    x86("lzcnt", "abm", EXTENDED, ECX, 5),
    x86("movbe", "movbe", BASIC, ECX, 22),
    x86("gfni", "gfni", STRUCTURED, ECX, 8),
    x86("vaes", "vaes", STRUCTURED, ECX, 9),
    x86("avxvnni", "avx_vnni", STRUCTURED_MORE, EAX, 4),
    x86("avx512f", "avx512f", STRUCTURED, EBX, 16),
    x86("avx512bw", "avx512bw", STRUCTURED, EBX, 30),
    x86("avx512cd", "avx512cd", STRUCTURED, EBX, 28),
    x86("avx512dq", "avx512dq", STRUCTURED, EBX, 17),
    x86("avx512vl", "avx512vl", STRUCTURED, EBX, 31),
    x86("avx512vbmi", "avx512vbmi", STRUCTURED, ECX, 1),
    x86("avx512vbmi2", "avx512_vbmi2", STRUCTURED, ECX, 6),
    x86("avx512vnni", "avx512_vnni", STRUCTURED, ECX, 11),
    x86("avx512bitalg", "avx512_bitalg", STRUCTURED, ECX, 12),
    x86("avx512bf16", "avx512_bf16", STRUCTURED_MORE, EAX, 5),
];
/// The same for ARM.
pub const ARM: [Group; 7] = [
    arm("neon", "asimd"),
    arm("dotprod", "asimddp"),
    arm("fp16", "asimdhp"),
    arm("i8mm", "i8mm"),
    arm("bf16", "bf16"),
    arm("sve", "sve"),
    arm("sve2", "sve2"),
];
