//! What is special to `vivavoce serve`.

use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, check};

/// What is special to `vivavoce serve`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeConfig {
    /// The models leave the memory when nobody has used them for this long. Seconds; 0: never.
    pub unload_after_s: u64,
}

impl ServeConfig {
    /// When models that nobody uses leave the memory; `None`: never.
    pub fn unload_after(self) -> Option<Duration> {
        (self.unload_after_s > 0).then(|| Duration::from_secs(self.unload_after_s))
    }

    pub(super) fn validate(self) -> Result<(), ConfigError> {
        // Less would have a page that is loaded again wait for the models.
        let is_sensible = self.unload_after_s == 0 || (10..=604_800).contains(&self.unload_after_s);
        let expected = "10 to 604800 seconds, or 0 for never";
        check(
            "serve.unload_after_s",
            self.unload_after_s,
            is_sensible,
            expected,
        )
    }
}
