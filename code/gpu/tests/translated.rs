//! The kernels in the languages of devices that are not here: Metal's and Direct3D's.

use std::fs;

use naga::{
    back::{hlsl, msl},
    front::wgsl,
    valid::{Capabilities, ModuleInfo, ValidationFlags, Validator},
};

/// The constants that each kernel's file needs. The files that are not here have no kernel.
const CONSTANTS: [(&str, &[(&str, usize)]); 7] = [
    ("chip", &[("N", 3), ("H", 64), ("PART", 8), ("PATIENCE", 10)]),
    ("diagonal", &[("T", 9), ("C", 33), ("PIECES", 3), ("SIZE", 3)]),
    ("launch", &[]),
    ("operations", &[("N", 3), ("H", 33), ("K", 5)]),
    ("persistent", &[("N", 3), ("H", 33), ("ROWS", 2), ("SLICES", 3), ("PART", 11)]),
    ("product", &[("N", 3), ("H", 33), ("M", 3), ("K", 7), ("DEPTH", 16), ("RECURRENT", 1)]),
    ("step", &[("N", 3), ("H", 33), ("ROWS", 3)]),
];

fn read(file: &str, constants: &[(&str, usize)]) -> (naga::Module, ModuleInfo) {
    let folder = chapter::book_root().unwrap().join("code/gpu/src/kernels");
    let text = fs::read_to_string(folder.join(format!("{file}.wgsl"))).unwrap();
    let text = gpu::written_out(&text, constants);
    let module = wgsl::parse_str(&text)
        .unwrap_or_else(|error| panic!("{file}: {}", error.emit_to_string(&text)));
    let info = Validator::new(ValidationFlags::all(), Capabilities::IMMEDIATES)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{file}: {error:?}"));
    (module, info)
}

#[test]
fn every_kernel_can_be_written_for_metal_and_direct3d() {
    for (file, constants) in CONSTANTS {
        let (module, info) = read(file, constants);
        // Where the buffers lie is decided by wgpu.
        let options = msl::Options { fake_missing_bindings: true, ..Default::default() };
        let metal = msl::write_string(&module, &info, &options, &msl::PipelineOptions::default());
        assert!(metal.is_ok(), "{file} for Metal: {}", metal.unwrap_err());

        let options = hlsl::Options {
            fake_missing_bindings: true,
            immediates_target: Some(hlsl::BindTarget::default()),
            ..Default::default()
        };
        let mut text = String::new();
        let pipeline = hlsl::PipelineOptions::default();
        let written = hlsl::Writer::new(&mut text, &options, &pipeline).write(&module, &info, None);
        assert!(written.is_ok(), "{file} for Direct3D 12: {}", written.unwrap_err());
    }
}

#[test]
fn no_kernel_is_forgotten() {
    let folder = chapter::book_root().unwrap().join("code/gpu/src/kernels");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<_> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    files.sort();
    files.retain(|file| file != "tanh.wgsl"); // it stands in front of each
    let names: Vec<_> = CONSTANTS.iter().map(|(file, _)| format!("{file}.wgsl")).collect();
    assert_eq!(files, names);
}
