//! The countries that time zones are named for.

/// The time zones of countries whose plans are known, where the zone's name doesn't say more than a city's.
const ZONES: &[(&str, &str)] = &[
    ("CN", "Asia/Shanghai|Asia/Urumqi|Asia/Chongqing|Asia/Harbin|PRC"),
    ("HK", "Asia/Hong_Kong|Hongkong"),
    ("MO", "Asia/Macau"),
    ("TW", "Asia/Taipei"),
    ("JP", "Asia/Tokyo|Japan"),
    ("KR", "Asia/Seoul"),
    ("SG", "Asia/Singapore|Singapore"),
    ("MY", "Asia/Kuala_Lumpur|Asia/Kuching"),
    ("TH", "Asia/Bangkok"),
    ("VN", "Asia/Ho_Chi_Minh|Asia/Saigon"),
    ("PH", "Asia/Manila"),
    ("ID", "Asia/Jakarta|Asia/Makassar|Asia/Jayapura|Asia/Pontianak"),
    ("IN", "Asia/Kolkata|Asia/Calcutta"),
    ("AE", "Asia/Dubai"),
    ("SA", "Asia/Riyadh"),
    ("IL", "Asia/Jerusalem"),
    ("TR", "Europe/Istanbul"),
    (
        "AU",
        "Australia/Sydney|Australia/Melbourne|Australia/Brisbane|Australia/Perth|Australia/Adelaide|Australia/Hobart",
    ),
    ("NZ", "Pacific/Auckland"),
    (
        "US",
        "America/New_York|America/Chicago|America/Denver|America/Los_Angeles|America/Phoenix|America/Detroit|America/Anchorage|Pacific/Honolulu",
    ),
    ("CA", "America/Toronto|America/Vancouver|America/Edmonton|America/Winnipeg|America/Halifax|America/Montreal"),
    ("MX", "America/Mexico_City|America/Monterrey|America/Tijuana"),
    ("BR", "America/Sao_Paulo|America/Bahia|America/Manaus|America/Fortaleza|America/Recife"),
    ("CL", "America/Santiago"),
    ("GB", "Europe/London"),
    ("IE", "Europe/Dublin"),
    ("DE", "Europe/Berlin"),
    ("AT", "Europe/Vienna"),
    ("CH", "Europe/Zurich"),
    ("FR", "Europe/Paris"),
    ("BE", "Europe/Brussels"),
    ("NL", "Europe/Amsterdam"),
    ("LU", "Europe/Luxembourg"),
    ("IT", "Europe/Rome"),
    ("ES", "Europe/Madrid"),
    ("PT", "Europe/Lisbon"),
    ("GR", "Europe/Athens"),
    ("PL", "Europe/Warsaw"),
    ("CZ", "Europe/Prague"),
    ("SK", "Europe/Bratislava"),
    ("RO", "Europe/Bucharest"),
    ("DK", "Europe/Copenhagen"),
    ("NO", "Europe/Oslo"),
    ("SE", "Europe/Stockholm"),
    ("FI", "Europe/Helsinki"),
    ("UA", "Europe/Kyiv|Europe/Kiev"),
    ("RU", "Europe/Moscow"),
    ("KZ", "Asia/Almaty"),
    ("ZA", "Africa/Johannesburg"),
    ("EG", "Africa/Cairo"),
];

/// The ISO code of the country whose clocks a time zone is named for, as far as its telephones are known.
pub fn country_of_zone(zone: &str) -> Option<&'static str> {
    ZONES.iter().find(|(_, zones)| zones.split('|').any(|known| known == zone)).map(|(iso, _)| *iso)
}

#[cfg(test)]
mod tests {
    use super::super::plans::plan_of;
    use super::*;

    #[test]
    fn every_zone_is_of_a_country_that_is_known() {
        assert!(ZONES.iter().all(|(iso, _)| plan_of(iso).is_some()));
        assert_eq!((country_of_zone("Asia/Shanghai"), country_of_zone("Etc/UTC")), (Some("CN"), None));
    }
}
