//! Graphics cards that llama.cpp sees, and how many layers of a model fit on them.

use std::fmt;
use std::str::FromStr;

use llama_cpp_2::{LlamaBackendDeviceType, list_llama_ggml_backend_devices};
use serde::{Deserialize, Deserializer};

use super::gguf::Gguf;
use super::weights::backend;

/// How many layers are placed on a GPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GpuLayers {
    /// As many as fit into the memory that is free; none without a GPU, or without a build for one.
    #[default]
    Auto,
    /// So many, from the last layer on. With 0, a build for a GPU may still compute long prompts there:
    /// llama.cpp lends it the weights for that.
    Count(u32),
}

impl FromStr for GpuLayers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            number => number
                .parse()
                .map(Self::Count)
                .map_err(|_| "give auto, or a number of layers".into()),
        }
    }
}

impl<'de> Deserialize<'de> for GpuLayers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "auto, or a number of layers")]
        enum Written {
            Count(u32),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Count(layers) => Ok(Self::Count(layers)),
            Written::Word(word) => word.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// A device that can run layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name at ggml, such as `CUDA0`, and what it is.
    pub name: String,
    /// Bytes of its memory that are free.
    pub free: u64,
    /// Bytes of its memory.
    pub total: u64,
    /// It shares the CPU's memory.
    pub integrated: bool,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| bytes >> 20;
        let (free, total) = (mib(self.free), mib(self.total));
        write!(f, "{}, {free} of {total} MiB free", self.name)
    }
}

/// The devices that this build can use besides the CPU.
pub fn devices() -> Vec<Device> {
    // What it says of devices belongs into our log.
    let _ = backend();
    let all = list_llama_ggml_backend_devices().into_iter();
    all.filter_map(|d| {
        let integrated = match d.device_type {
            LlamaBackendDeviceType::Gpu => false,
            LlamaBackendDeviceType::IntegratedGpu => true,
            _ => return None,
        };
        Some(Device {
            name: format!("{} ({})", d.name, d.description),
            free: d.memory_free as u64,
            total: d.memory_total as u64,
            integrated,
        })
    })
    .collect()
}

/// Those of the devices that llama.cpp gives layers to: integrated ones only if there is no other.
pub fn used(devices: Vec<Device>) -> Vec<Device> {
    let discrete = devices.iter().any(|device| !device.integrated);
    let devices = devices.into_iter();
    devices
        .filter(|device| !(discrete && device.integrated))
        .collect()
}

/// What the features of this build can use besides the CPU, whether it is there or not.
pub fn backends() -> Vec<&'static str> {
    let built = [
        ("cuda", cfg!(feature = "cuda")),
        ("metal", cfg!(feature = "metal")),
        ("vulkan", cfg!(feature = "vulkan")),
        ("hipblas", cfg!(feature = "hipblas")),
    ];
    built.iter().filter(|b| b.1).map(|b| b.0).collect()
}

/// Left free on each device, for what is computed there and for the screen: 512 MiB...
const RESERVE: u64 = 512 << 20;
/// ...or a tenth of what is free, if that is more.
const RESERVE_SHARE: u64 = 10;

/// How many layers of a model fit on these devices, with their part of the key-value cache: `cache`
/// is the bytes that a layer of it takes. llama.cpp places the last ones first, the output before
/// all; so does this.
pub fn layers_that_fit(model: &Gguf, cache: u64, devices: &[Device]) -> u32 {
    let usable = |device: &Device| {
        let reserve = RESERVE.max(device.free / RESERVE_SHARE);
        device.free.saturating_sub(reserve)
    };
    let free = devices.iter().map(usable).fold(0, u64::saturating_add);
    let (layers, output) = model.weights();
    let needed =
        std::iter::once(output).chain(layers.iter().rev().map(|bytes| bytes.saturating_add(cache)));
    let fitting = needed
        .scan(0u64, |sum, bytes| {
            *sum = sum.saturating_add(bytes);
            Some(*sum)
        })
        .take_while(|sum| *sum <= free);
    u32::try_from(fitting.count()).unwrap_or(0)
}

/// How many layers are placed on these devices; see [`layers_that_fit`].
pub fn wanted_layers(wanted: GpuLayers, model: &Gguf, cache: u64, devices: &[Device]) -> u32 {
    match wanted {
        GpuLayers::Count(layers) if layers > 0 && devices.is_empty() => {
            tracing::warn!("no layer is placed on a GPU: this build finds none");
            0
        }
        GpuLayers::Count(layers) => layers,
        GpuLayers::Auto => layers_that_fit(model, cache, devices),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(free: u64) -> Device {
        Device {
            name: "GPU0".into(),
            free: free << 20,
            total: 8 << 30,
            integrated: false,
        }
    }

    /// Four layers of 100 MiB, 200 MiB in no layer.
    fn model() -> Gguf {
        let mib = |n: u64| n << 20;
        let layers = (0..4).map(|n| (format!("blk.{n}.attn_q.weight"), mib(100)));
        let rest = ("output.weight".to_owned(), mib(200));
        Gguf::of_tensors(4, layers.chain([rest]).collect())
    }

    #[test]
    fn as_many_layers_as_fit_are_placed() {
        let fit = |free: u64| layers_that_fit(&model(), 10 << 20, &[device(free)]);
        assert_eq!(fit(0), 0);
        assert_eq!(fit(512 + 199), 0);
        assert_eq!(fit(512 + 200), 1);
        assert_eq!(fit(512 + 200 + 2 * 110), 3);
        assert_eq!(fit(512 + 200 + 4 * 110), 5);
        assert_eq!(layers_that_fit(&model(), 10 << 20, &[]), 0);
    }

    #[test]
    fn a_damaged_number_of_layers_sizes_nothing() {
        let mib = |n: u64| n << 20;
        let tensors = vec![
            ("blk.0.attn_q.weight".to_owned(), mib(100)),
            (format!("blk.{}.attn_q.weight", u64::MAX / 2), mib(100)),
        ];
        let model = Gguf::of_tensors(u64::MAX, tensors);
        assert_eq!(layers_that_fit(&model, u64::MAX, &[device(4096)]), 1);
    }

    #[test]
    fn two_devices_share_the_layers() {
        let devices = [device(512 + 200), device(512 + 240)];
        assert_eq!(layers_that_fit(&model(), 10 << 20, &devices), 3);
    }

    #[test]
    fn an_integrated_device_counts_only_without_a_discrete_one() {
        let integrated = Device {
            integrated: true,
            ..device(16 << 10)
        };
        let discrete = device(1 << 10);
        let both = vec![integrated.clone(), discrete.clone()];
        assert_eq!(used(both), [discrete]);
        assert_eq!(used(vec![integrated.clone()]), [integrated]);
    }

    #[test]
    fn without_a_device_no_layer_is_placed_on_one() {
        let layers = |wanted, devices: &[Device]| wanted_layers(wanted, &model(), 0, devices);
        assert_eq!(layers(GpuLayers::Count(20), &[]), 0);
        assert_eq!(layers(GpuLayers::Count(20), &[device(100)]), 20);
        assert_eq!(layers(GpuLayers::Auto, &[]), 0);
    }

    #[test]
    fn layers_are_a_number_or_auto() {
        assert_eq!("auto".parse(), Ok(GpuLayers::Auto));
        assert_eq!("12".parse(), Ok(GpuLayers::Count(12)));
        assert!("all".parse::<GpuLayers>().is_err());
    }
}
