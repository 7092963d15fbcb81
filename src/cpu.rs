//! Whether this CPU has the instructions that the program was built with.
//!
//! A build for the machine that makes it (`target-cpu=native`, the default here) uses all that this
//! machine has, and ends elsewhere with an illegal instruction, somewhere in the middle. So it is
//! checked first of all, and said what to do. The compiler believes that what it builds with is
//! there, `is_x86_feature_detected!` included: so the system is asked.

/// The compiler's name of a group of instructions and the system's.
type Name = (&'static str, &'static str);

/// What compilers make use of by themselves; the rest is only used where somebody asked for it.
const X86: [Name; 26] = [
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
const ARM: [Name; 7] = [
    ("neon", "asimd"),
    ("dotprod", "asimddp"),
    ("fp16", "asimdhp"),
    ("i8mm", "i8mm"),
    ("bf16", "bf16"),
    ("sve", "sve"),
    ("sve2", "sve2"),
];

/// What this program was built with, in the compiler's names.
const BUILT_WITH: &str = env!("VIVAVOCE_TARGET_FEATURES");

fn names() -> &'static [Name] {
    match std::env::consts::ARCH {
        "x86_64" | "x86" => &X86,
        "aarch64" => &ARM,
        _ => &[],
    }
}

/// What a build asks for and a CPU does not have, in the compiler's names. `flags` are the system's.
pub fn missing<'b>(built_with: &'b str, flags: &str, names: &[Name]) -> Vec<&'b str> {
    let has = |flag: &str| flags.split_whitespace().any(|f| f == flag);
    let lacks = |feature: &&str| {
        let name = names.iter().find(|(ours, _)| ours == feature);
        name.is_some_and(|(_, flag)| !has(flag))
    };
    built_with.split(',').filter(lacks).collect()
}

/// Why this program cannot run here, and what to do; `None` if it can, or the system does not tell.
pub fn unfit() -> Option<String> {
    let missing = missing(BUILT_WITH, &flags()?, names());
    (!missing.is_empty()).then(|| {
        format!(
            "this program was built for another CPU: this one has no {}. Build it on this machine \
             (`cargo build --release`), or for older ones with \
             RUSTFLAGS=\"-C target-cpu=x86-64-v3\" (x86-64-v2 where there is no AVX2)",
            missing.join(", ")
        )
    })
}

/// What this program was built with and checks, for people.
pub fn built_with() -> Vec<&'static str> {
    let known = |feature: &&str| names().iter().any(|(ours, _)| ours == feature);
    BUILT_WITH.split(',').filter(known).collect()
}

/// What the system says that the first core has. Only Linux writes it into a file.
fn flags() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| {
        let key = line.split(':').next().unwrap_or_default().trim();
        key == "flags" || key == "Features"
    })?;
    line.split_once(':').map(|(_, flags)| flags.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_cpu_is_told_what_it_lacks() {
        let built = "avx,avx2,avx512f,fma,fxsr,lzcnt,sse4.2";
        let haswell = "fpu fxsr sse4_2 avx f16c avx2 fma abm bmi1 bmi2";
        assert_eq!(missing(built, haswell, &X86), ["avx512f"]);
        let nehalem = "fpu fxsr sse4_2 popcnt";
        let lacks = ["avx", "avx2", "avx512f", "fma", "lzcnt"];
        assert_eq!(missing(built, nehalem, &X86), lacks);
    }

    #[test]
    fn what_is_not_known_is_not_missed() {
        assert!(missing("fxsr,x87,crt-static", "", &X86).is_empty());
        assert!(missing("", "", &X86).is_empty());
    }

    #[test]
    fn this_machine_can_run_its_own_build() {
        assert_eq!(unfit(), None);
    }
}
