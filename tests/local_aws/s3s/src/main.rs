//! s3s-fs on a port of loopback, with one pair of keys: `s3s-server FOLDER PORT`, and the keys in `S3S_KEY_ID` and `S3S_SECRET`. A folder of FOLDER is a bucket.
#![forbid(unsafe_code)]

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::env;
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [_, folder, port] = &env::args().collect::<Vec<String>>()[..] else {
        return Err("usage: s3s-server FOLDER PORT".into());
    };
    let port: u16 = port.parse()?;
    let store = s3s_fs::FileSystem::new(folder).map_err(|error| format!("{error:?}"))?;
    let mut builder = S3ServiceBuilder::new(store);
    builder.set_auth(SimpleAuth::from_single(
        env::var("S3S_KEY_ID")?,
        env::var("S3S_SECRET")?,
    ));
    let service = builder.build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        loop {
            let (socket, _) = listener.accept().await?;
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service.clone()));
        }
    })
}
