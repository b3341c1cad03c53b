//! The OpenAPI 3.1 document, made from the declarations. A JSON builder of its own: utoipa describes Rust types known
//! when compiling, and here one set of handlers serves every type of the registry.

mod common;
mod exports;
mod files;
mod import_answers;
mod import_schemas;
mod imports;
mod operations;
mod schema;
mod structured;

use std::sync::LazyLock;

use axum::{http::header, response::IntoResponse};
use serde_json::{Map, Value, json};
use shared::RecordDef;
use shared::i18n::{Locale, type_label_many};
use shared::types::REGISTRY;

/// `GET /api/v1/openapi.json`, public: it tells nothing about anybody's data.
pub(super) async fn document() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| build().to_string());
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}

/// Whether records of the type are only read and changed, never made or removed.
pub(super) fn is_fixed(def: &RecordDef) -> bool {
    def.name == shared::types::ORGANISATION.name
}

/// The whole document.
pub(super) fn build() -> Value {
    let mut paths = Map::from_iter([("/api/v1/openapi.json".to_owned(), operations::own())]);
    let mut schemas = common::schemas();
    paths.extend(imports::paths());
    paths.extend(exports::paths());
    schemas.extend(import_schemas::schemas());
    schemas.extend(exports::schemas());
    for def in REGISTRY {
        paths.extend(operations::of(def));
        schemas.extend(schema::of(def));
    }
    let of_types =
        REGISTRY.iter().map(|def| json!({"name": def.plural, "description": type_label_many(Locale::En, def)}));
    let others = [
        ("imports", "Files coming in"),
        ("exports", "Files going out"),
        ("change-sets", "What was done together, to be taken back"),
    ];
    let tags = of_types.chain(others.map(|(name, description)| json!({"name": name, "description": description})));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Guanxi",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every record type has the same operations. Changes are validated, authorised and audited \
                as those of the pages; what the caller may not read is not found. Errors are problem documents \
                (RFC 9457) with codes per field.",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": []}],
        "tags": tags.collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": common::responses(),
            "headers": common::headers(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "An API token, from the account page or `guanxi token`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "gx_session", "description": "The session of a signed-in page; over TLS the cookie is called `__Host-gx_session`."},
            },
        },
    })
}
