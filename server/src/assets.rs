//! The browser bundle and the other files of `target/site`: found at start, served with the right
//! caching. Files below `/pkg` carry their content's hash in their name and never change.

use crate::failure::Failure;
use app::assets::Assets;
use axum::{
    extract::Request,
    http::{HeaderValue, Uri, header},
    middleware::Next,
    response::Response,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use tower_http::services::ServeDir;

/// For names with a hash in them: a browser need never ask again.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// For icons and the manifest, whose names stay while their content may change.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// The folder that `scripts/build-web.sh` filled, and what its manifest names.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    folder: PathBuf,
    /// Addresses of the bundle's files, for the page's head.
    pub(crate) assets: Assets,
}

impl Site {
    /// Finds the folder (`GUANXI_SITE`, else `site` beside the binary or one folder up, which is
    /// `target/site`) and reads the bundle's manifest.
    pub(crate) fn load() -> Result<Self, Failure> {
        let folder = find_folder()?;
        let path = folder.join("pkg/manifest.json");
        let unreadable =
            |reason: String| Failure::new(format!("The browser bundle's {} is unreadable: {reason}.", path.display()));
        let text = fs::read_to_string(&path).map_err(|error| unreadable(error.to_string()))?;
        let assets = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self { folder, assets })
    }

    /// Pages that name no bundle, for tests of what the server answers.
    #[cfg(test)]
    pub(crate) fn without_bundle() -> Self {
        let assets = Assets { js: String::new(), wasm: String::new(), css: String::new() };
        Self { folder: PathBuf::new(), assets }
    }

    /// Serves a file, precompressed where the browser takes that.
    pub(crate) fn files(&self) -> ServeDir {
        ServeDir::new(&self.folder).append_index_html_on_directories(false).precompressed_br().precompressed_gzip()
    }
}

fn find_folder() -> Result<PathBuf, Failure> {
    let chosen = env::var_os("GUANXI_SITE").filter(|value| !value.is_empty()).map(PathBuf::from);
    let executable = env::current_exe().ok();
    let beside = executable.as_deref().and_then(Path::parent);
    let candidates = match chosen {
        Some(folder) => vec![folder],
        None => beside.into_iter().flat_map(|folder| [folder.join("site"), folder.join("../site")]).collect(),
    };
    candidates.into_iter().find(|folder| folder.join("pkg/manifest.json").is_file()).ok_or_else(|| {
        Failure::new("The browser bundle was not found; run `make build`, or set GUANXI_SITE to the folder that has pkg/manifest.json.")
    })
}

/// Says how long an answer may be kept. Only found files are: a missing one may come with the next
/// version.
pub(crate) async fn set_caching(request: Request, next: Next) -> Response {
    let caching = caching_of(request.uri());
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == axum::http::StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, caching);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    response
}

fn caching_of(address: &Uri) -> HeaderValue {
    let name = address.path().rsplit('/').next().unwrap_or_default();
    // guanxi.<hash>.wasm has three parts, manifest.json two.
    let hashed = address.path().starts_with("/pkg/") && name.split('.').count() >= 3;
    if hashed { FOREVER } else { FOR_A_WHILE }
}
