//! `record!`: one declaration gives the field metadata and a typed view for rules.

/// Declares a record type: a `RecordDef` constant and a view struct with one typed accessor per field.
///
/// ```text
/// record! {
///     /// A thing sold.
///     pub PRODUCT, Product {
///         name: "product", plural: "products", icon: "package", title: "name",
///         /// Name shown to customers.
///         name: text(200).required().search().list();
///         ..
///     }
///     with { pool: true }     // overrides of RecordDef fields, optional
///     rules product_rules     // what must hold beyond single fields, optional
/// }
/// ```
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub $def:ident, $view:ident {
            name: $name:literal, plural: $plural:literal, icon: $icon:literal, title: $title:literal,
            $( $(#[$fdoc:meta])* $field:ident : $kind:ident $( ( $($arg:expr),* ) )? $( . $with:ident ( $($warg:expr),* ) )* ; )*
        }
        $( with { $( $key:ident : $value:expr ),* $(,)? } )?
        $( rules $rules:ident )?
    ) => {
        $(#[$doc])*
        #[allow(clippy::needless_update, reason = "types that override every default need no rest")]
        pub const $def: $crate::record::RecordDef = $crate::record::RecordDef {
            $( $( $key: $value, )* )?
            ..$crate::record::RecordDef {
                name: $name,
                plural: $plural,
                icon: $icon,
                title: $title,
                fields: {
                    const DECLARED: &[$crate::record::FieldDef] = &[ $(
                        $crate::record::FieldDef::new(stringify!($field), $crate::record::kinds::$kind($($($arg),*)?))
                            $( .$with($($warg),*) )*
                    ),* ];
                    const ALL: [$crate::record::FieldDef; $crate::record::marks::count(DECLARED)] =
                        $crate::record::marks::with_marks(DECLARED);
                    &ALL
                },
                ownership: $crate::record::Ownership::Owned,
                through: &[],
                within: &[],
                repeats: &[],
                pool: false,
                audience: false,
                unassigned: false,
                needs: &[],
                tree: None,
                together: &[],
                uploaded: false,
                part_of: None,
                timeline: false,
                admin: false,
            }
        };

        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $view<'v>(
            /// The values read through this view.
            pub &'v $crate::record::Values,
        );

        impl<'v> $view<'v> {
            /// What must hold beyond single fields.
            pub const RULES: $crate::record::Rule = record!(@rules $($rules)?);

            $( $(#[$fdoc])* pub fn $field(&self) -> record!(@type $kind) { record!(@read $kind, self.0, stringify!($field)) } )*
        }
    };

    (@rules $rules:ident) => { $rules };
    (@rules) => { $crate::record::no_rules };

    (@type text) => { Option<&'v str> };
    (@type long_text) => { Option<&'v str> };
    (@type rich_text) => { Option<&'v str> };
    (@type choice) => { Option<&'v str> };
    (@type currency) => { Option<&'v str> };
    (@type time_zone) => { Option<&'v str> };
    (@type email) => { Option<&'v str> };
    (@type url) => { Option<&'v str> };
    (@type rank) => { Option<&'v str> };
    (@type integer) => { Option<i64> };
    (@type rating) => { Option<i64> };
    (@type decimal) => { Option<rust_decimal::Decimal> };
    (@type money) => { Option<rust_decimal::Decimal> };
    (@type date) => { Option<chrono::NaiveDate> };
    (@type datetime) => { Option<chrono::DateTime<chrono::Utc>> };
    (@type boolean) => { bool };
    (@type reference) => { Option<uuid::Uuid> };
    (@type references) => { Vec<uuid::Uuid> };
    (@type $list:ident) => { &'v serde_json::Value };

    (@read integer, $v:expr, $f:expr) => { $v.get($f).and_then(serde_json::Value::as_i64) };
    (@read rating, $v:expr, $f:expr) => { $v.get($f).and_then(serde_json::Value::as_i64) };
    (@read decimal, $v:expr, $f:expr) => { $crate::record::decimal($v, $f) };
    (@read money, $v:expr, $f:expr) => { $crate::record::decimal($v, $f) };
    (@read date, $v:expr, $f:expr) => { $crate::record::date($v, $f) };
    (@read datetime, $v:expr, $f:expr) => { $crate::record::datetime($v, $f) };
    (@read boolean, $v:expr, $f:expr) => { $v.get($f).and_then(serde_json::Value::as_bool).unwrap_or(false) };
    (@read reference, $v:expr, $f:expr) => { $crate::record::id($v, $f) };
    (@read references, $v:expr, $f:expr) => { $crate::record::ids($v, $f) };
    (@read text, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read long_text, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read rich_text, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read choice, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read currency, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read time_zone, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read email, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read url, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read rank, $v:expr, $f:expr) => { $crate::record::text($v, $f) };
    (@read $list:ident, $v:expr, $f:expr) => { $v.get($f).unwrap_or(&serde_json::Value::Null) };
}
pub(crate) use record;
