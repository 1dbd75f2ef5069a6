//! Writes one stored file of everything, with the figures it answers: `cargo run --example write_stored -- tests/stored/v1`.
//!
//! Run it for a new version of the stored forms only: files of old versions stay as they were written, or they would prove
//! nothing. What is there already is left alone.

mod samples;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("which directory? tests/stored/v1")?);
    fs::create_dir_all(&directory)?;
    for sample in samples::samples()? {
        let (text, bytes) =
            (directory.join(format!("{}.json", sample.name)), directory.join(format!("{}.bin", sample.name)));
        if text.exists() || bytes.exists() {
            continue;
        }
        let figures = serde_json::to_string(&serde_json::json!({ "type": sample.kind, "figures": sample.figures }))?;
        fs::write(text, sample.text + "\n")?;
        fs::write(bytes, sample.bytes)?;
        fs::write(directory.join(format!("{}.figures", sample.name)), figures + "\n")?;
    }
    Ok(())
}
