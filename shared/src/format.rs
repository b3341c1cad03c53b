//! Numbers, money and dates as people of a locale write them.
