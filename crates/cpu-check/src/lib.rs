//! Whether this CPU has the instructions that the program was built with.
//!
//! A build for the machine that makes it (`target-cpu=native`, the default here) uses all that this
//! machine has, and ends elsewhere with an illegal instruction, somewhere in the middle. So it is
//! checked first of all, and said what to do. The compiler believes that what it builds with is
//! there, `is_x86_feature_detected!` included: so an x86 processor is asked with CPUID, and on others
//! the system with `/proc/cpuinfo`.
//!
//! The check is compiled for the same CPU as the rest. It must run on an older one, and so does by
//! hand what otherwise libraries do: bytes one at a time, which no compiler turns into the new
//! instructions. Under qemu's `-cpu Nehalem` a small program built with AVX2 gets through it.

#[cfg(target_arch = "x86_64")]
mod cpuid;
mod names;

use std::hint::black_box;
use std::io::Write;

use names::{ARM, Group, X86};

/// What an executable was built with, in the compiler's names: Rust and the C++ in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltWith(&'static str);

impl BuiltWith {
    /// An executable with llama.cpp in it.
    pub const LLAMA: Self = Self(env!("BUILT_WITH_LLAMA"));
    /// An executable with whisper.cpp in it.
    pub const WHISPER: Self = Self(env!("BUILT_WITH_WHISPER"));
}

fn groups() -> &'static [Group] {
    match std::env::consts::ARCH {
        "x86_64" => &X86,
        "aarch64" => &ARM,
        _ => &[],
    }
}

const WHAT_TO_DO: &str = "\nBuild it on this machine (cargo build --release), or take a program that \
    travels (make dist); docs/engines.md says what to do where there is no AVX2.\n";

/// Checks an executable's CPU before anything else of it runs: C++ makes its global variables before
/// `main`, and with the new instructions. To be written once in the executable's own crate.
#[macro_export]
macro_rules! check_first {
    ($built_with:expr) => {
        #[cfg(target_os = "linux")]
        const _: () = {
            extern "C" fn check() {
                if !$crate::is_fit($built_with) {
                    ::std::process::exit(1);
                }
            }
            // The section holds pointers to functions without arguments, which are called in the order of
            // their numbers and before those without one. Nothing of Rust's runtime is needed for the check.
            #[allow(unsafe_code)]
            #[used]
            #[unsafe(link_section = ".init_array.00101")]
            static FIRST: extern "C" fn() = check;
        };
    };
}

/// Says on stderr why this program cannot run here, and what to do; true if it can, or if the system
/// does not tell.
#[inline(never)]
pub fn is_fit(built_with: BuiltWith) -> bool {
    let Some(machine) = Machine::look() else {
        return true;
    };
    let mut fit = true;
    let say = |text: &str| drop(std::io::stderr().write_all(text.as_bytes()));
    each_missing(
        built_with.0,
        &|group| machine.has(group),
        groups(),
        &mut |name| {
            if std::mem::replace(&mut fit, false) {
                say("error: this program was built for another CPU; this one has no");
            }
            say(" ");
            say(name);
        },
    );
    if !fit {
        say(WHAT_TO_DO);
    }
    fit
}

/// The source of what this machine has.
enum Machine {
    /// The processor itself.
    #[cfg(target_arch = "x86_64")]
    Cpuid,
    /// What Linux says of its first core, and perhaps more.
    #[cfg(not(target_arch = "x86_64"))]
    Cpuinfo(Vec<u8>),
}

impl Machine {
    /// `None` if the system does not tell.
    #[cfg(target_arch = "x86_64")]
    fn look() -> Option<Self> {
        Some(Self::Cpuid)
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn look() -> Option<Self> {
        std::fs::read("/proc/cpuinfo").ok().map(Self::Cpuinfo)
    }

    #[cfg(target_arch = "x86_64")]
    fn has(&self, group: &Group) -> bool {
        let Self::Cpuid = self;
        match &group.cpuid {
            Some(bit) => cpuid::has(bit) && cpuid::is_saved(group.name),
            None => true,
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn has(&self, group: &Group) -> bool {
        let Self::Cpuinfo(text) = self;
        lists(text, group.system)
    }
}

/// Names what a build asks for and a CPU does not have, in the compiler's words.
fn each_missing(
    built_with: &str,
    has: &dyn Fn(&Group) -> bool,
    groups: &'static [Group],
    missing: &mut dyn FnMut(&'static str),
) {
    let mut next = 0;
    while next < black_box(groups.len()) {
        let group = &groups[next];
        if lists(built_with.as_bytes(), group.name) && !has(group) {
            missing(group.name);
        }
        next += 1;
    }
}

/// Whether a word stands in a text, up to its first empty line.
fn lists(text: &[u8], word: &str) -> bool {
    let (mut matched, mut fits, mut before, mut at) = (0, true, 0, 0);
    while at < black_box(text.len()) {
        let byte = black_box(text[at]);
        if byte == b'\n' && before == b'\n' {
            break;
        }
        match byte {
            b' ' | b',' | b'\n' | b'\t' | b':' => {
                if fits && matched == word.len() {
                    return true;
                }
                (matched, fits) = (0, true);
            }
            letter if fits && matched < word.len() && word.as_bytes()[matched] == letter => {
                matched += 1;
            }
            _ => fits = false,
        }
        before = byte;
        at += 1;
    }
    fits && matched == word.len()
}

/// What was checked, for people; `None` where the system does not tell what the CPU has.
pub fn checked(built_with: BuiltWith) -> Option<Vec<&'static str>> {
    Machine::look()?;
    let known = |name: &&str| groups().iter().any(|group| group.name == *name);
    Some(built_with.0.split(',').filter(known).collect())
}

/// Whether this CPU has AMX, which builds of ours leave unused: some compilers get it wrong (`build.rs`).
pub fn has_unused_amx() -> bool {
    #[cfg(target_arch = "x86_64")]
    let found = cpuid::has(&cpuid::AMX_INT8);
    #[cfg(not(target_arch = "x86_64"))]
    let found = false;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(built_with: &str, cpuinfo: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        let has = |group: &Group| lists(cpuinfo.as_bytes(), group.system);
        each_missing(built_with, &has, &X86, &mut |name| found.push(name));
        found
    }

    #[test]
    fn an_older_cpu_is_told_what_it_lacks() {
        let built = "avx,avx2,avx512f,fma,fxsr,lzcnt,sse4.2";
        let haswell = "model name\t: old\nflags\t\t: fpu fxsr sse4_2 avx f16c avx2 fma abm\n";
        assert_eq!(missing(built, haswell), ["avx512f"]);
        let nehalem = "flags\t\t: fpu fxsr sse4_2 popcnt\n\nflags\t\t: avx avx2";
        let lacks = ["avx", "avx2", "fma", "lzcnt", "avx512f"];
        assert_eq!(missing(built, nehalem), lacks);
    }

    #[test]
    fn what_is_not_known_is_not_missed() {
        assert!(missing("fxsr,x87,crt-static", "").is_empty());
        assert!(missing("", "").is_empty());
    }

    #[test]
    fn this_machine_can_run_its_own_build() {
        assert!(is_fit(BuiltWith::LLAMA) && is_fit(BuiltWith::WHISPER));
    }

    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    #[test]
    fn the_processor_and_the_system_say_the_same() {
        let cpuinfo = std::fs::read("/proc/cpuinfo").unwrap();
        for group in &X86 {
            let (cpuid, system) = (Machine::Cpuid.has(group), lists(&cpuinfo, group.system));
            assert_eq!(cpuid, system, "{}", group.name);
        }
    }
}
