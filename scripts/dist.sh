#!/bin/sh
# Makes a tarball that runs on other machines of this architecture and system: target/dist/*.tar.gz.
#
# It holds the program and its worker once for each kind of CPU, and a launcher that chooses. The
# builds are made one after the other, each in a target folder of its own: the first time takes as long
# as that many first builds.
set -eu
cd "$(dirname "$0")/.."

dist=target/dist
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
triple=$(rustc -vV | sed -n 's/^host: //p')
underscored=$(echo "$triple" | tr '-' '_')
name=vivavoce-$version-$triple
tree=$dist/$name

# The names stand in crates/launcher too, which chooses between them.
case $triple in
    x86_64-*) cpus="x86-64-v3 cascadelake" ;;
    *) cpus=generic ;;
esac

rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/lib/vivavoce" "$tree/share/man/man1" "$tree/share/completions"

for cpu in $cpus; do
    echo "==> vivavoce for $cpu"
    # -U: as .cargo/config.toml, which these variables replace. SOURCE_DATE_EPOCH would silently take AVX
    # away; --target keeps the flags from build scripts, which run here; GGML_NATIVE=OFF keeps this machine's own instructions out of whisper.cpp.
    flags="-U__AMX_INT8__"
    case $triple in
        x86_64-*) flags="$flags -march=$cpu" ;;
    esac
    env -u SOURCE_DATE_EPOCH GGML_NATIVE=OFF CARGO_TARGET_DIR="$dist/$cpu" \
        RUSTFLAGS="-C target-cpu=$cpu --cfg ggml_without_amx_with_sgemm" \
        "CFLAGS_$underscored=$flags" "CXXFLAGS_$underscored=$flags" \
        cargo build --release --locked --target "$triple" -p vivavoce -p whisper-worker
    mkdir "$tree/lib/vivavoce/$cpu"
    built=$dist/$cpu/$triple/release
    cp "$built/vivavoce" "$built/vivavoce-whisper" "$tree/lib/vivavoce/$cpu/"
    strip "$tree/lib/vivavoce/$cpu/"*
done

echo "==> the launcher, for any CPU"
CARGO_TARGET_DIR="$dist/launcher" RUSTFLAGS="" cargo build --release --locked -p launcher
cp "$dist/launcher/release/launcher" "$tree/bin/vivavoce"
strip "$tree/bin/vivavoce"

cp README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$tree/"
cp -r docs "$tree/docs"
cp -r assets/linux "$tree/share/linux"
python3 -I scripts/licences.py > "$tree/LICENCES-OF-DEPENDENCIES.txt"
"$tree/bin/vivavoce" man "$tree/share/man/man1"
for shell in bash fish zsh; do
    "$tree/bin/vivavoce" completions "$shell" > "$tree/share/completions/vivavoce.$shell"
done

tar -C "$dist" -czf "$dist/$name.tar.gz" "$name"
echo "$dist/$name.tar.gz: $(du -h "$dist/$name.tar.gz" | cut -f 1)"
echo "Unpack it anywhere and run $name/bin/vivavoce talk"
