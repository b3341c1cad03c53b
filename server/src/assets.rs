//! The browser bundle and the other files of `target/site`: found at start, served with the right
//! caching. Files below `/pkg` carry their content's hash in their name and never change.

use crate::failure::Failure;
use app::assets::Assets;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

/// For names with a hash in them: a browser need never ask again.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// For icons and the manifest, whose names stay while their content may change: shown at once, checked behind it.
const FOR_A_WHILE: HeaderValue = HeaderValue::from_static("public, max-age=60, stale-while-revalidate=604800");

/// Where the bundle's addresses begin.
const BUNDLE: &str = "/pkg/";

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
        let assets = Assets {
            js: String::new(),
            css: String::new(),
            later_css: String::new(),
            portal: app::assets::PortalAssets::default(),
        };
        Self { folder: PathBuf::new(), assets }
    }

    /// Serves a file, precompressed where the browser takes that.
    fn files(&self) -> ServeDir {
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

/// Names with a dot are files of the site, found before the pages, whose addresses (`/{plural}/{id}`) fit anything.
/// What is no file may still be a page, except in the bundle's folder.
pub(crate) async fn files_first(State(site): State<Site>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let may_be_file = path.rsplit('/').next().is_some_and(|name| name.contains('.')) && !path.starts_with("/api/");
    if !may_be_file || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (is_bundle, caching) = (path.starts_with(BUNDLE), caching_of(path));
    let (parts, body) = request.into_parts();
    let Ok(found) = site.files().oneshot(Request::from_parts(parts.clone(), Body::empty())).await;
    match found.status() {
        StatusCode::NOT_FOUND if !is_bundle => next.run(Request::from_parts(parts, body)).await,
        status => kept(found.map(Body::new), status, caching),
    }
}

/// Says how long an answer may be kept. Only found files are: a missing one may come with the next version.
fn kept(mut response: Response, status: StatusCode, caching: HeaderValue) -> Response {
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, caching);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        name_charset(&mut response);
    }
    response
}

/// Says of files of text that they are UTF-8, lest a browser guesses.
fn name_charset(response: &mut Response) {
    let Some(kind) = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return };
    if kind.starts_with("text/")
        && !kind.contains("charset")
        && let Ok(named) = HeaderValue::try_from(format!("{kind}; charset=utf-8"))
    {
        response.headers_mut().insert(header::CONTENT_TYPE, named);
    }
}

fn caching_of(path: &str) -> HeaderValue {
    let name = path.rsplit('/').next().unwrap_or_default();
    // guanxi.<hash>.wasm has three parts, manifest.json two.
    let hashed = path.starts_with(BUNDLE) && name.split('.').count() >= 3;
    if hashed { FOREVER } else { FOR_A_WHILE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_text_name_their_charset() {
        for (kind, expected) in [
            ("text/css", "text/css; charset=utf-8"),
            ("text/javascript", "text/javascript; charset=utf-8"),
            ("text/html; charset=gb18030", "text/html; charset=gb18030"),
            ("application/wasm", "application/wasm"),
        ] {
            let found = Response::builder().header(header::CONTENT_TYPE, kind).body(Body::empty()).unwrap();
            let answer = kept(found, StatusCode::OK, FOREVER);
            assert_eq!(answer.headers().get_all(header::CONTENT_TYPE).iter().collect::<Vec<_>>(), [expected]);
        }
    }
}
