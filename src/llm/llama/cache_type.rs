//! How the key-value cache is stored.

use llama_cpp_2::context::params::KvCacheType;

/// How the key-value cache is stored: fewer bits take less memory, and less of the bandwidth that
/// limits a long conversation, for a little quality.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
pub enum CacheType {
    /// 16 bits a number.
    #[default]
    #[serde(rename = "f16")]
    F16,
    /// 8.5 bits a number.
    #[serde(rename = "q8_0")]
    Q8_0,
    /// 4.5 bits a number.
    #[serde(rename = "q4_0")]
    Q4_0,
}

impl CacheType {
    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
            Self::Q4_0 => "q4_0",
        }
    }

    /// Bytes of so many numbers.
    pub(super) fn bytes(self, numbers: u64) -> u64 {
        match self {
            Self::F16 => numbers * 2,
            Self::Q8_0 => numbers / 32 * 34,
            Self::Q4_0 => numbers / 32 * 18,
        }
    }
}

impl From<CacheType> for KvCacheType {
    fn from(kind: CacheType) -> Self {
        match kind {
            CacheType::F16 => Self::F16,
            CacheType::Q8_0 => Self::Q8_0,
            CacheType::Q4_0 => Self::Q4_0,
        }
    }
}
