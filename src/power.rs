//! Whether the machine runs on its battery.

use std::path::Path;

/// True if a battery is being used up. Known on Linux only; elsewhere false.
pub fn on_battery() -> bool {
    discharging(Path::new("/sys/class/power_supply"))
}

fn discharging(supplies: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(supplies) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|supply| {
        let read = |name: &str| std::fs::read_to_string(supply.path().join(name));
        // A wireless mouse has a battery, too; its scope says so.
        let of_machine =
            read("scope").is_ok_and(|scope| scope.trim() != "Device") || read("scope").is_err();
        of_machine && read("status").is_ok_and(|status| status.trim() == "Discharging")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supply(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let supply = folder.path().join("BAT0");
        std::fs::create_dir(&supply).unwrap();
        for (name, text) in files {
            std::fs::write(supply.join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_battery_in_use_is_noticed_and_a_mouse_is_none() {
        assert!(discharging(supply(&[("status", "Discharging\n")]).path()));
        assert!(!discharging(supply(&[("status", "Charging\n")]).path()));
        let mouse = supply(&[("status", "Discharging\n"), ("scope", "Device\n")]);
        assert!(!discharging(mouse.path()));
        assert!(!discharging(Path::new("/nowhere")));
    }
}
