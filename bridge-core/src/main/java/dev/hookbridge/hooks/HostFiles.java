package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files by which a system tells about itself.
 *
 * @param root {@code /}, or in a test a folder that stands for it
 */
record HostFiles(Path root) {
  static final HostFiles THIS = new HostFiles(Path.of("/"));

  Path at(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  /** The text of a small file without its last line's end, or nothing when it cannot be read. */
  static String text(Path file) {
    try {
      // Files below /proc and /sys have no length, and some end with a NUL.
      return Files.isReadable(file) ? Files.readString(file).replace("\0", "").strip() : "";
    } catch (IOException | SecurityException e) {
      return ""; // some can be opened and not read, as /proc/<pid>/attr/current without a module
    }
  }
}
