//! The private cluster's settings: fit for one machine that also runs guanxi.

use std::{fs, path::Path};

/// The text of `guanxi.conf`, which `postgresql.conf` includes; written at every start, so that a
/// new version's settings and a changed amount of memory take effect.
pub(crate) fn text(socket_folder: &Path) -> String {
    let memory = memory_megabytes();
    let shared_buffers = (memory / 8).clamp(64, 2048);
    let cache = (memory / 2).max(256);
    let socket = socket_folder.display().to_string().replace('\'', "''");
    format!(
        "# Written by guanxi at every start. Your own settings go into custom.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
port = 5432
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = {shared_buffers}MB
effective_cache_size = {cache}MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] %q%u '
include_if_exists = 'custom.conf'
"
    )
}

/// The machine's memory, or a careful guess where the system doesn't tell.
fn memory_megabytes() -> u64 {
    let known = fs::read_to_string("/proc/meminfo").ok();
    known.as_deref().and_then(parse_total).unwrap_or(2048)
}

fn parse_total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse().ok()?;
    Some(kilobytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::{parse_total, text};
    use std::path::Path;

    #[test]
    fn memory_is_read_in_megabytes() {
        assert_eq!(parse_total("MemTotal:        2097152 kB\nMemFree: 1 kB"), Some(2048));
        assert_eq!(parse_total("nothing"), None);
    }

    #[test]
    fn a_quote_in_the_socket_folder_stays_inside_its_setting() {
        assert!(text(Path::new("/it's here")).contains("unix_socket_directories = '/it''s here'"));
    }
}
