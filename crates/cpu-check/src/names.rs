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
pub struct Bit {
    /// Leaf.
    pub leaf: u32,
    /// Sub-leaf.
    pub subleaf: u32,
    /// Where it is.
    pub register: Register,
    /// The bit alone: shifting by a variable is an instruction of newer CPUs.
    pub mask: u32,
}

/// A register that CPUID fills.
pub enum Register {
    Eax,
    Ebx,
    Ecx,
    Edx,
}

const fn x86(
    name: &'static str,
    system: &'static str,
    (leaf, subleaf): (u32, u32),
    register: Register,
    bit: u32,
) -> Group {
    Group {
        name,
        system,
        cpuid: Some(Bit {
            leaf,
            subleaf,
            register,
            mask: 1 << bit,
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
    x86("sse3", "pni", BASIC, Register::Ecx, 0),
    x86("ssse3", "ssse3", BASIC, Register::Ecx, 9),
    x86("sse4.1", "sse4_1", BASIC, Register::Ecx, 19),
    x86("sse4.2", "sse4_2", BASIC, Register::Ecx, 20),
    x86("popcnt", "popcnt", BASIC, Register::Ecx, 23),
    x86("avx", "avx", BASIC, Register::Ecx, 28),
    x86("avx2", "avx2", STRUCTURED, Register::Ebx, 5),
    x86("fma", "fma", BASIC, Register::Ecx, 12),
    x86("f16c", "f16c", BASIC, Register::Ecx, 29),
    x86("bmi1", "bmi1", STRUCTURED, Register::Ebx, 3),
    x86("bmi2", "bmi2", STRUCTURED, Register::Ebx, 8),
    x86("lzcnt", "abm", EXTENDED, Register::Ecx, 5),
    x86("movbe", "movbe", BASIC, Register::Ecx, 22),
    x86("gfni", "gfni", STRUCTURED, Register::Ecx, 8),
    x86("vaes", "vaes", STRUCTURED, Register::Ecx, 9),
    x86("avxvnni", "avx_vnni", STRUCTURED_MORE, Register::Eax, 4),
    x86("avx512f", "avx512f", STRUCTURED, Register::Ebx, 16),
    x86("avx512bw", "avx512bw", STRUCTURED, Register::Ebx, 30),
    x86("avx512cd", "avx512cd", STRUCTURED, Register::Ebx, 28),
    x86("avx512dq", "avx512dq", STRUCTURED, Register::Ebx, 17),
    x86("avx512vl", "avx512vl", STRUCTURED, Register::Ebx, 31),
    x86("avx512vbmi", "avx512vbmi", STRUCTURED, Register::Ecx, 1),
    x86("avx512vbmi2", "avx512_vbmi2", STRUCTURED, Register::Ecx, 6),
    x86("avx512vnni", "avx512_vnni", STRUCTURED, Register::Ecx, 11),
    x86(
        "avx512bitalg",
        "avx512_bitalg",
        STRUCTURED,
        Register::Ecx,
        12,
    ),
    x86(
        "avx512bf16",
        "avx512_bf16",
        STRUCTURED_MORE,
        Register::Eax,
        5,
    ),
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
