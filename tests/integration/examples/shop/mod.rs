//! The tea shop in browsers: carts, cookies, tabs, devices that go dark, and pages for phones, keyboards and screen readers.

mod accessibility;
mod devices;
mod program;
mod stores;
mod tabs;
mod visits;
