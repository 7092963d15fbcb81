//! Groups of instructions, by the compiler's name and by the system's. The build script reads them too.

/// The compiler's name and the system's.
pub type Name = (&'static str, &'static str);

/// What compilers make use of by themselves; the rest is only used where somebody asked for it.
pub const X86: [Name; 26] = [
    ("sse3", "pni"),
    ("ssse3", "ssse3"),
    ("sse4.1", "sse4_1"),
    ("sse4.2", "sse4_2"),
    ("popcnt", "popcnt"),
    ("avx", "avx"),
    ("avx2", "avx2"),
    ("fma", "fma"),
    ("f16c", "f16c"),
    ("bmi1", "bmi1"),
    ("bmi2", "bmi2"),
    ("lzcnt", "abm"),
    ("movbe", "movbe"),
    ("gfni", "gfni"),
    ("vaes", "vaes"),
    ("avxvnni", "avx_vnni"),
    ("avx512f", "avx512f"),
    ("avx512bw", "avx512bw"),
    ("avx512cd", "avx512cd"),
    ("avx512dq", "avx512dq"),
    ("avx512vl", "avx512vl"),
    ("avx512vbmi", "avx512vbmi"),
    ("avx512vbmi2", "avx512_vbmi2"),
    ("avx512vnni", "avx512_vnni"),
    ("avx512bitalg", "avx512_bitalg"),
    ("avx512bf16", "avx512_bf16"),
];
pub const ARM: [Name; 7] = [
    ("neon", "asimd"),
    ("dotprod", "asimddp"),
    ("fp16", "asimdhp"),
    ("i8mm", "i8mm"),
    ("bf16", "bf16"),
    ("sve", "sve"),
    ("sve2", "sve2"),
];
