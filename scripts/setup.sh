#!/bin/sh
# Installs what the build needs and this system lacks, nothing more, and says what and why.
# Prints nothing when everything is there.
#
# usage: scripts/setup.sh [--test] [--gpu KIND] [--check]
#   --gpu    also what a build for a GPU needs: cuda, vulkan, metal or hipblas
#   --test   also what the tests of real audio streams need (Linux)
#   --check  installs nothing: reports what is missing, and exits 1 if something is
set -eu
cd "$(dirname "$0")/.."

fail() { # LINE...
    printf '%s\n' "$@" >&2
    exit 1
}

check=no
test=no
gpu=
while [ $# -gt 0 ]; do
    case $1 in
        --check) check=yes ;;
        --test) test=yes ;;
        --gpu)
            gpu=${2:-}
            case $gpu in
                cuda | vulkan | metal | hipblas) shift ;;
                *) fail "GPU is cuda, vulkan, metal or hipblas, and not '$gpu'" ;;
            esac
            ;;
        *) fail "usage: scripts/setup.sh [--test] [--gpu KIND] [--check]" ;;
    esac
    shift
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

wanted="cmake compiler libclang python"
if [ "$(uname -s)" = Linux ]; then
    wanted="$wanted pkg-config alsa"
    [ "$test" = no ] || wanted="$wanted pulseaudio pactl pulse-plugin delay-plugin"
fi
[ "$test" = no ] || wanted="$wanted espeak chromium node"
case $gpu in
    cuda) wanted="$wanted cuda" ;;
    vulkan) wanted="$wanted vulkan" ;;
    hipblas) wanted="$wanted rocm" ;;
esac

why() {
    case $1 in
        cmake) echo "CMake: builds llama.cpp and whisper.cpp, which run the models" ;;
        compiler) echo "make, a C and a C++ compiler: build llama.cpp, whisper.cpp and the voice" ;;
        libclang) echo "libclang and its headers: describe llama.cpp and whisper.cpp to Rust" ;;
        python) echo "Python 3 with pip: fetches models, which come as wheels" ;;
        pkg-config) echo "pkg-config: finds ALSA for the build" ;;
        alsa) echo "ALSA's headers: the microphone and the loudspeaker" ;;
        pulseaudio) echo "pulseaudio: a sound card for the tests, without hardware" ;;
        pactl) echo "pactl: lets the tests see that sound card" ;;
        pulse-plugin) echo "ALSA's pulse plugin: leads the tests' audio to that sound card" ;;
        delay-plugin) echo "LADSPA's delay: a known delay for the tests to find" ;;
        cuda) echo "CUDA's toolkit: builds the kernels for NVIDIA GPUs" ;;
        vulkan) echo "glslc and Vulkan's headers: build the shaders" ;;
        rocm) echo "ROCm with hipBLAS: builds the kernels for AMD GPUs" ;;
        espeak) echo "espeak-ng: makes phonemes for the tests of Piper's voices" ;;
        chromium) echo "Chromium: opens the web page for its tests" ;;
        node) echo "Node with npm: runs a client of the Realtime protocol for its test" ;;
    esac
}

packages() { # THING
    case $manager:$1 in
        *:cmake) echo cmake ;;
        apt-get:compiler) echo build-essential ;;
        dnf:compiler | zypper:compiler) echo gcc gcc-c++ make ;;
        pacman:compiler) echo base-devel ;;
        apt-get:libclang) echo libclang-dev ;;
        dnf:libclang | zypper:libclang) echo clang-devel ;;
        pacman:libclang) echo clang ;;
        brew:python) echo python ;;
        pacman:python) echo python python-pip ;;
        *:python) echo python3 python3-pip ;;
        dnf:pkg-config) echo pkgconf-pkg-config ;;
        pacman:pkg-config) echo pkgconf ;;
        *:pkg-config) echo pkg-config ;;
        apt-get:alsa) echo libasound2-dev ;;
        dnf:alsa) echo alsa-lib-devel ;;
        pacman:alsa) echo alsa-lib ;;
        zypper:alsa) echo alsa-devel ;;
        *:pulseaudio) echo pulseaudio ;;
        pacman:pactl) echo libpulse ;;
        *:pactl) echo pulseaudio-utils ;;
        apt-get:pulse-plugin) echo libasound2-plugins ;;
        dnf:pulse-plugin) echo alsa-plugins-pulseaudio ;;
        pacman:pulse-plugin) echo alsa-plugins ;;
        zypper:pulse-plugin) echo alsa-plugins-pulse ;;
        apt-get:delay-plugin) echo ladspa-sdk ;;
        *:delay-plugin) echo ladspa ;;
        *:espeak) echo espeak-ng ;;
        *:chromium) echo chromium ;;
        brew:node) echo node ;;
        *:node) echo nodejs npm ;;
        apt-get:cuda) echo nvidia-cuda-toolkit ;;
        dnf:cuda) echo cuda-toolkit ;;
        *:cuda) echo cuda ;;
        apt-get:vulkan) echo libvulkan-dev glslc spirv-headers ;;
        dnf:vulkan) echo vulkan-loader-devel vulkan-headers glslc spirv-headers-devel ;;
        *:vulkan) echo vulkan-headers shaderc spirv-headers ;;
        apt-get:rocm) echo hipcc libhipblas-dev ;;
        *:rocm) echo rocm-hip-sdk ;;
    esac
}

# Asks for what a thing can do, not for a package: it may have come another way.
has() { # THING
    case $1 in
        cmake) command -v cmake ;;
        compiler) command -v make && compiles c "${CC:-cc}" && compiles c++ "${CXX:-c++}" ;;
        libclang) [ -n "${LIBCLANG_PATH:-}" ] || has_libclang ;;
        python) python3 -I -c 'import pip' ;;
        pkg-config) command -v "${PKG_CONFIG:-pkg-config}" ;;
        alsa) "${PKG_CONFIG:-pkg-config}" --exists alsa ;;
        pulseaudio) command -v pulseaudio ;;
        pactl) command -v pactl ;;
        pulse-plugin) exists /usr/lib*/alsa-lib/*pcm_pulse.so /usr/lib/*/alsa-lib/*pcm_pulse.so ;;
        espeak) command -v espeak-ng ;;
        chromium) command -v chromium ;;
        node) command -v node && command -v npm ;;
        cuda) command -v nvcc || exists "${CUDA_PATH:-/usr/local/cuda}"/bin/nvcc ;;
        vulkan) command -v glslc || exists "${VULKAN_SDK:-/nowhere}"/bin/glslc ;;
        rocm) command -v hipcc || exists /opt/rocm/bin/hipcc ;;
        delay-plugin) exists /usr/lib*/ladspa/delay.so /usr/lib/*/ladspa/delay.so ;;
    esac >/dev/null 2>&1
}

compiles() { # LANGUAGE COMPILER
    # Linking too: it shows that the libraries are there. Unquoted: "ccache c++" is a compiler.
    # shellcheck disable=SC2086
    printf '#include <stdlib.h>\nint main(void) { return 0; }\n' |
        $2 -x "$1" - -o "$scratch/program"
}

# Where bindgen looks. A libclang that came with another program (doxygen, an editor) may lack its
# own stddef.h, which is in another package.
has_libclang() {
    libraries=$(llvm-config --libdir || true)
    xcode=/Library/Developer/CommandLineTools/usr/lib
    [ -n "$(find -L "$libraries" /usr/lib* /usr/local/lib* $xcode -maxdepth 3 \
        -name 'libclang.so*' -o -name 'libclang-[0-9]*.so*' -o -name libclang.dylib)" ] &&
        exists "$libraries"/clang/*/include/stddef.h $xcode/clang/*/include/stddef.h \
            /usr/lib*/clang/*/include/stddef.h /usr/lib*/*/lib*/clang/*/include/stddef.h \
            /usr/local/lib*/clang/*/include/stddef.h \
            /usr/local/l*/lib*/clang/*/include/stddef.h
}

exists() { # FILE...: one of them; a pattern that matches nothing stays a pattern
    for file in "$@"; do
        [ ! -e "$file" ] || return 0
    done
    return 1
}

look() { # sets $missing
    missing=
    for thing in $wanted; do
        has "$thing" || missing="$missing $thing"
    done
}

list() {
    for thing in $missing; do
        echo "  - $(why "$thing")"
    done
}

version() { # "rustc 1.95.0 (...)" -> 1095, a number to compare
    sed 's/^[^0-9]*//' | awk -F '[^0-9]' 'END { print $1 * 1000 + $2 }'
}

# The toolchain is the user's own choice: checked, never installed.
rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust_trouble=
if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
    rust_trouble="Rust $rust or newer is missing: install it with rustup, see https://rustup.rs"
elif [ "$(rustc --version | version)" -lt "$(echo "$rust" | version)" ]; then
    rust_trouble="Rust $rust or newer is needed, and this is $(rustc --version): \
run 'rustup update stable', or install rustup, see https://rustup.rs"
fi

look
if [ -n "$missing" ]; then
    echo "vivavoce needs, and this system lacks:"
    list
fi
[ -z "$rust_trouble" ] || fail "$rust_trouble"
[ -n "$missing" ] || exit 0
[ "$check" = no ] || exit 1

if [ "$(uname -s)" = Darwin ]; then
    case $missing in
        *compiler* | *libclang*) fail "Run 'xcode-select --install', then try again." ;;
    esac
    candidates=brew
else
    candidates="apt-get dnf pacman zypper"
fi
manager=
for candidate in $candidates; do
    [ -n "$manager" ] || ! command -v "$candidate" >/dev/null || manager=$candidate
done
case $manager in
    # --no-remove: never at the price of something else, such as the desktop's sound server.
    apt-get) install="apt-get install -y -q --no-install-recommends --no-remove" ;;
    dnf) install="dnf install -y --setopt=install_weak_deps=False" ;;
    pacman) install="pacman -S --needed --noconfirm" ;;
    zypper) install="zypper --non-interactive install --no-recommends" ;;
    brew) install="brew install" ;;
    *) fail "Please install them: there is no package manager known here ($candidates)." ;;
esac
for thing in $missing; do
    install="$install $(packages "$thing")"
done
refresh=
if [ "$manager" = apt-get ]; then
    install="env DEBIAN_FRONTEND=noninteractive $install"
    refresh="apt-get update -q"
fi

as_root=
if [ "$(id -u)" -ne 0 ] && [ "$manager" != brew ]; then
    # sudo may ask for the password, but only where somebody can answer.
    if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        as_root="sudo "
    else
        fail "Installing them takes root. Run this as root, then try again:" \
            "  ${refresh:+$refresh && }$install"
    fi
fi

run() { # COMMAND, in one string: nothing in it has a space of its own
    echo "+ $as_root$1"
    # shellcheck disable=SC2086
    $as_root$1 </dev/null && return
    echo "This command failed: $as_root$1" >&2
    case $missing in
        *pulseaudio*) fail "Where PipeWire is the sound server, pulseaudio may be refused." \
            "The tests that do without: cargo nextest run --release -E 'not binary(sound_card)'" ;;
    esac
    exit 1
}
[ -z "$refresh" ] || run "$refresh"
run "$install"

look
[ -n "$missing" ] || exit 0
case $missing in
    *python*) echo "$(command -v python3) has no pip: python3 -m ensurepip may add it." >&2 ;;
    *libclang*) echo "If libclang is in an unusual place, set LIBCLANG_PATH to its folder." >&2 ;;
esac
fail "Installed, but still not found:" "$(list)"
